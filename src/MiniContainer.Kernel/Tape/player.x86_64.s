# The player: clone3, and in the child alone the tape, one system call after the other. It is position-independent, needs
# no stack and calls nothing, so it is all that runs between clone3 and execve in a child of a .NET process.
# Player.cs holds its bytes; a test assembles this file and compares (lab 03-threads, clone(2), syscall(2)).
#
#   long play(struct play *rdi)          returns the child's pid, or -errno, in the parent; never in the child
#
#   struct play                          struct entry (88 bytes)
#     0  tape, the header                  0  number of the system call
#     8  clone_args                        8  six arguments
#    16  sizeof clone_args                56  result
#    24  pid namespace to enter, or -1    64  the least result that is a success
#    32  our own one, to return to        72  errnos (bit n: errno n) that are a success all the same
#                                         80  time stamp counter when the call returned
#   struct header (64 bytes)
#     0  how many entries have been played
#     8  time stamp counter when the child began
#    16  the address of the tape itself

        .intel_syntax noprefix
        .globl play
play:
        mov     r8, rdi                 # the kernel keeps every register over a call but rax, rcx and r11
        mov     rdi, [r8 + 24]
        test    rdi, rdi
        js      clone                   # no namespace to enter
        mov     esi, 0x20000000         # CLONE_NEWPID: it takes effect in children only, hence here, in the parent
        mov     eax, 308                # setns(fd, CLONE_NEWPID)
        syscall
        test    rax, rax
        js      back
clone:
        mov     rdi, [r8 + 8]
        mov     rsi, [r8 + 16]
        mov     eax, 435                # clone3(clone_args, size)
        syscall
        test    rax, rax
        jz      child
        cmp     qword ptr [r8 + 24], 0
        jl      back
        mov     rdx, rax                # the pid, while we return to our own pid namespace
        mov     rdi, [r8 + 32]
        mov     esi, 0x20000000
        mov     eax, 308
        syscall
        test    rax, rax
        jz      home
        ud2                             # this thread could never start another one again: end, and loudly
home:
        mov     rax, rdx
back:
        ret

child:
        mov     rbx, [r8]               # rbx: the header
        lea     r12, [rbx + 64]         # r12: the entry
        rdtsc
        mov     [rbx + 8], eax
        mov     [rbx + 12], edx
next:
        mov     rax, [r12]
        mov     rdi, [r12 + 8]
        mov     rsi, [r12 + 16]
        mov     rdx, [r12 + 24]
        mov     r10, [r12 + 32]
        mov     r8, [r12 + 40]
        mov     r9, [r12 + 48]
        syscall
        mov     [r12 + 56], rax
        mov     r13, rax
        rdtsc
        mov     [r12 + 80], eax
        mov     [r12 + 84], edx
        inc     qword ptr [rbx]         # after the result, so that whoever sees the count sees the result too
        cmp     r13, [r12 + 64]
        jge     good
        neg     r13
        cmp     r13, 63
        ja      bad
        bt      [r12 + 72], r13         # is this errno a success? Bit 0 is never set: end of file is no success
        jnc     bad
good:
        add     r12, 88
        jmp     next
bad:
        mov     edi, 125
        mov     eax, 231                # exit_group(125): the tape says which entry failed, and how
        syscall
        ud2                             # a seccomp filter forbade even that: no signal handler is left, so SIGILL ends us
