# The time stamp counter as a 64-bit number: what the player writes beside each call that returns. .NET has no
# intrinsic for it. TimeStampCounter.cs holds these bytes; a test assembles this file and compares (lab 03-threads).
#
#   unsigned long ticks(void)

        .intel_syntax noprefix
        .globl ticks
ticks:
        rdtsc                           # edx:eax; on Linux any process may read it
        shl     rdx, 32
        or      rax, rdx
        ret
