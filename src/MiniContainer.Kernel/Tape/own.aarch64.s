// The program of own.x86_64.s, which has its words, for arm64. Registers and entries are those of player.aarch64.s.

        .globl _start
_start:
        adr     x14, where
        ldp     x0, x1, [x14]           // mmap(the tape's address, its size, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, fd, 0)
        mov     x2, 3
        mov     x3, 0x11
        ldr     x4, [x14, 16]
        mov     x5, 0
        mov     x8, 222
        svc     0
        ldr     x11, [x14]
        cmp     x0, x11
        b.ne    bad
        mov     x9, x0                  // x9: the header
        ldr     x11, [x9]
        mov     x12, 88
        madd    x10, x11, x12, x9       // as many entries as have been played, and the one that executed us
        add     x10, x10, 64            // x10: that entry
        mov     x0, 0                   // its result: a success
        b       played
next:
        ldr     x8, [x10]
        ldp     x0, x1, [x10, 8]
        ldp     x2, x3, [x10, 24]
        ldp     x4, x5, [x10, 40]
        svc     0
        cmp     x8, 220                 // clone returns twice: the one that it made plays on,
        b.ne    played
        cmp     x0, 0
        b.gt    made                    // and the one that made it has done its part, and leaves the tape alone
played:
        str     x0, [x10, 56]
        mrs     x11, cntvct_el0
        str     x11, [x10, 80]
        ldr     x11, [x9]
        add     x11, x11, 1
        stlr    x11, [x9]
        ldr     x11, [x10, 64]
        cmp     x0, x11
        b.ge    good
        neg     x0, x0
        cmp     x0, 63
        b.hi    bad
        ldr     x11, [x10, 72]
        lsr     x11, x11, x0
        tbz     x11, 0, bad
good:
        add     x10, x10, 88
        b       next
bad:
        mov     x0, 125
        mov     x8, 94                  // exit_group(125)
        svc     0
        udf     0
made:
        mov     x0, 0
        mov     x8, 94                  // exit_group(0)
        svc     0
        udf     0
        .balign 8
where:
        .quad   0, 0, 0                 // the tape's address, its size, its descriptor
