# The player as a program of its own. A child executes it from a sealed memfd while it is still minic's alone: from there on
# its memory, and the file behind /proc/self/exe, are these bytes, and not minic. It maps the tape where it lay before, and
# plays on behind the entry that executed it. OwnProgram.cs holds its bytes, puts an ELF header before them and fills in
# "where"; a test assembles this file and compares. Registers and entries are those of player.x86_64.s.

        .intel_syntax noprefix
        .globl _start
_start:
        lea     r14, [rip + where]
        mov     rdi, [r14]              # mmap(the tape's address, its size, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, fd, 0)
        mov     rsi, [r14 + 8]
        mov     edx, 3
        mov     r10d, 0x11
        mov     r8, [r14 + 16]
        xor     r9d, r9d
        mov     eax, 9
        syscall
        cmp     rax, [r14]
        jne     bad                     # the tape ends at execveat, which minic takes for a child that was killed there
        mov     rbx, rax                # rbx: the header
        imul    rax, [rbx], 88          # as many entries as have been played, and the one that executed us
        lea     r12, [rbx + rax + 64]   # r12: that entry
        xor     eax, eax                # its result: a success
        jmp     played
next:
        mov     rax, [r12]
        mov     rdi, [r12 + 8]
        mov     rsi, [r12 + 16]
        mov     rdx, [r12 + 24]
        mov     r10, [r12 + 32]
        mov     r8, [r12 + 40]
        mov     r9, [r12 + 48]
        syscall
        cmp     qword ptr [r12], 56     # clone returns twice: the one that it made plays on,
        jne     played
        test    rax, rax
        jg      made                    # and the one that made it has done its part, and leaves the tape alone
played:
        mov     [r12 + 56], rax
        mov     r13, rax
        rdtsc
        mov     [r12 + 80], eax
        mov     [r12 + 84], edx
        inc     qword ptr [rbx]
        cmp     r13, [r12 + 64]
        jge     good
        neg     r13
        cmp     r13, 63
        ja      bad
        bt      [r12 + 72], r13
        jnc     bad
good:
        add     r12, 88
        jmp     next
bad:
        mov     edi, 125
        mov     eax, 231                # exit_group(125)
        syscall
        ud2
made:
        xor     edi, edi
        mov     eax, 231                # exit_group(0)
        syscall
        ud2
        .balign 8
where:
        .quad   0, 0, 0                 # the tape's address, its size, its descriptor
