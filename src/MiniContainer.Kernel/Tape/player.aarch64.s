// The player of player.x86_64.s, which has its words and the layout of what it reads, for arm64 (syscall(2)).
// Here the kernel keeps every register over a call but x0, and the clock is the virtual counter.
//
//   long play(struct play *x0)

        .globl play
play:
        mov     x9, x0
        ldr     x0, [x9, 24]
        tbnz    x0, 63, clone           // no namespace to enter
        mov     w1, 0x20000000          // CLONE_NEWPID
        mov     x8, 268                 // setns(fd, CLONE_NEWPID)
        svc     0
        tbnz    x0, 63, back
clone:
        ldp     x0, x1, [x9, 8]
        mov     x8, 435                 // clone3(clone_args, size)
        svc     0
        cbz     x0, child
        ldr     x10, [x9, 24]
        tbnz    x10, 63, back
        mov     x10, x0                 // the pid, while we return to our own pid namespace
        ldr     x0, [x9, 32]
        mov     w1, 0x20000000
        mov     x8, 268
        svc     0
        cbz     x0, home
        udf     0                       // this thread could never start another one again: end, and loudly
home:
        mov     x0, x10
back:
        ret

child:
        ldr     x9, [x9]                // x9: the header
        add     x10, x9, 64             // x10: the entry
        mrs     x11, cntvct_el0
        str     x11, [x9, 8]
next:
        ldr     x8, [x10]
        ldp     x0, x1, [x10, 8]
        ldp     x2, x3, [x10, 24]
        ldp     x4, x5, [x10, 40]
        svc     0
        str     x0, [x10, 56]
        mrs     x11, cntvct_el0
        str     x11, [x10, 80]
        ldr     x11, [x9]
        add     x11, x11, 1
        stlr    x11, [x9]               // after the result, so that whoever sees the count sees the result too
        ldr     x11, [x10, 64]
        cmp     x0, x11
        b.ge    good
        neg     x0, x0
        cmp     x0, 63
        b.hi    bad
        ldr     x11, [x10, 72]
        lsr     x11, x11, x0            // is this errno a success? Bit 0 is never set: end of file is no success
        tbz     x11, 0, bad
good:
        add     x10, x10, 88
        b       next
bad:
        mov     x0, 125
        mov     x8, 94                  // exit_group(125)
        svc     0
        udf     0                       // a seccomp filter forbade even that
