// Instruction sets and the table of kernels made for each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tundish::kernels {

enum class Isa : uint8_t {
  kGeneric,     // plain C++
  kAvx2,        // AVX2, FMA, BMI2 (Haswell, Zen)
  kAvx512,      // + AVX-512 F, BW, DQ, VL (Skylake-X)
  kAvx512Vbmi,  // + VBMI, VNNI (Ice Lake, Zen 4)
  kNeon,        // AArch64
};
inline constexpr size_t kIsaCount = 5;

// "generic", "avx2", "avx512", "avx512vbmi", "neon".
const char* isa_name(Isa isa);

// Finds the instruction set of that name (`length` bytes). False: no such name, `*isa` unchanged.
bool isa_from_name(const char* name, size_t length, Isa* isa);

// True where this processor and operating system can run kernels of `isa`, and this build has them.
bool isa_available(Isa isa);

// The best available instruction set.
Isa detect_isa();

struct ConvKernels;
struct DenseKernels;
struct ForestTables;
struct GemmKernels;
struct VectorKernels;

// Evaluates `row_count` rows; see run() in forest.h. `scratch` is aligned to 64 bytes here.
using ForestRun = void (*)(const ForestTables& forest, const void* x, size_t row_count,
                           size_t row_stride_elements, void* out, void* scratch);

// How batch kernels look leaf values up.
enum class LeafLayout : uint8_t {
  kBySlot,      // one by one from memory
  kDictionary,  // few distinct values of a tree, in registers (AVX-512)
};

// Kernels of one instruction set. A null entry: this set has none, the generic one is used.
struct KernelTable {
  Isa isa;
  ForestRun forest_rows;  // batches, by ranks as bytes, forest_row_block rows an instruction
  ForestRun forest_row;   // few rows, one after the other
  size_t forest_row_block;
  size_t forest_few_rows;  // batches of at most so many rows go to forest_row
  LeafLayout forest_leaf_layout;
  const char* forest_rows_name;
  const char* forest_row_name;
  const GemmKernels* gemm;      // never null; see gemm.h
  const VectorKernels* vector;  // never null; see vector.h
  const ConvKernels* conv;      // never null; see conv.h
  const DenseKernels* dense;    // never null; see dense.h
};

// The table of an available instruction set. Its entries live for the whole process.
const KernelTable& table_for(Isa isa);

}  // namespace tundish::kernels
