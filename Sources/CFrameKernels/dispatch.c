#include "variants.h"

static const ff_kernels *const *variants(size_t *count) {
#if defined(__x86_64__)
  static const ff_kernels *const all[] = {&ff_portable, &ff_avx2};
  __builtin_cpu_init();
  // All that the variant is compiled for: a hypervisor may mask any of them.
  *count =
    __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi2") ? 2 : 1;
#else
  // On arm64 the compiler makes NEON of the portable loops: it is part of every such processor.
  static const ff_kernels *const all[] = {&ff_portable};
  *count = 1;
#endif
  return all;
}

size_t ff_variant_count(void) {
  size_t count;
  variants(&count);
  return count;
}

const ff_kernels *ff_variant(size_t index) {
  size_t count;
  const ff_kernels *const *all = variants(&count);
  return index < count ? all[index] : NULL;
}

const ff_kernels *ff_best(void) { return ff_variant(ff_variant_count() - 1); }
