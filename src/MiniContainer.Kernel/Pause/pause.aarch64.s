// The pause process of pause.x86_64.s, which has its words, for arm64.

        .globl _start
_start:
        mov     x0, 15                  // prctl(PR_SET_NAME, "pause")
        adr     x1, name
        mov     x8, 167
        svc     0
        mov     x0, 0                   // rt_sigprocmask(SIG_BLOCK, {INT, TERM, CHLD}, NULL, 8)
        adr     x1, signals
        mov     x2, 0
        mov     x3, 8
        mov     x8, 135
        svc     0
wait:
        adr     x0, signals             // rt_sigtimedwait({INT, TERM, CHLD}, NULL, NULL, 8): which one came
        mov     x1, 0
        mov     x2, 0
        mov     x3, 8
        mov     x8, 137
        svc     0
        tbnz    w0, 31, wait            // EINTR
        cmp     w0, 17                  // SIGCHLD
        b.ne    done
reap:
        mov     x0, -1                  // wait4(-1, NULL, WNOHANG, NULL), until nobody is left
        mov     x1, 0
        mov     x2, 1
        mov     x3, 0
        mov     x8, 260
        svc     0
        cmp     w0, 0
        b.gt    reap
        b       wait
done:
        mov     x0, 0                   // exit_group(0)
        mov     x8, 94
        svc     0
name:
        .asciz  "pause"
        .balign 8
signals:
        .quad   0x14002                 // bits 2-1, 15-1 and 17-1
