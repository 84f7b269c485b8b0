// The clock of ticks.x86_64.s for arm64: the virtual counter, which Linux lets every process read.
//
//   unsigned long ticks(void)

        .globl ticks
ticks:
        mrs     x0, cntvct_el0
        ret
