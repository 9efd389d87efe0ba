// Four floats of AArch64, whose multiply-add is fused. Included after vector_generic.inl.h, inside
// the same anonymous namespace.

struct VectorNeon : Vector4 {
  static constexpr size_t kRegisters = 32;
  static constexpr size_t kTileRows = 8;

  static inline T fma(T a, T b, T c) { return vfmaq_f32(c, a, b); }
  static inline T fnma(T a, T b, T c) { return vfmsq_f32(c, a, b); }
  static inline T product_error(T a, T b, T p) { return vfmaq_f32(-p, a, b); }
  static inline T round(T x) { return vrndnq_f32(x); }
};
