# The pause process: it holds a pod's namespaces while containers come and go, and, where it is PID 1, reaps the orphans
# that the kernel hands to it. PauseProgram.cs holds its bytes and puts an ELF header before them; a test assembles this
# file and compares (lab 20-pause, sigwaitinfo(2), wait(2), pid_namespaces(7)).
#
# It never returns, needs no library, and fits in a page: that is all the memory that it has of its own.

        .intel_syntax noprefix
        .globl _start
_start:
        lea     rdi, [rip + name]       # a name for ps: the file is a memfd and has none worth showing
        mov     rsi, rdi
        mov     edi, 15                 # prctl(PR_SET_NAME, "pause")
        mov     eax, 157
        syscall
        # PID 1 never gets a signal for which it has no handler, unless it blocks it: a blocked one is kept, and waited for.
        xor     edi, edi                # rt_sigprocmask(SIG_BLOCK, {INT, TERM, CHLD}, NULL, 8)
        lea     rsi, [rip + signals]
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 14
        syscall
wait:
        lea     rdi, [rip + signals]    # rt_sigtimedwait({INT, TERM, CHLD}, NULL, NULL, 8): which one came
        xor     esi, esi
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 128
        syscall
        test    eax, eax
        js      wait                    # EINTR: a debugger, or SIGCONT
        cmp     eax, 17                 # SIGCHLD
        jne     done
reap:
        mov     edi, -1                 # wait4(-1, NULL, WNOHANG, NULL), until nobody is left: one SIGCHLD may mean many
        xor     esi, esi
        mov     edx, 1
        xor     r10d, r10d
        mov     eax, 61
        syscall
        test    eax, eax
        jg      reap
        jmp     wait
done:
        xor     edi, edi                # exit_group(0)
        mov     eax, 231
        syscall
name:
        .asciz  "pause"
        .balign 8
signals:
        .quad   0x14002                 # bits 2-1, 15-1 and 17-1
