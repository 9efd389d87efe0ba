#include "ops/support/matrix_multiply.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "ir/graph.h"
#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

template <class T> std::vector<T> numbers(int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<T> made(static_cast<size_t>(count) + 1);
  for (T& value : made) {
    const auto wanted = static_cast<int32_t>(random() % 2001) - 1000;
    value = std::is_floating_point_v<T> ? static_cast<T>(wanted) / T(128) : static_cast<T>(wanted);
  }
  return made;
}

struct Form {
  int64_t rows, columns, inner;
  Transposed a_order, b_order;
};

template <class T> class Product {
 public:
  explicit Product(const Form& form)
      : a_(numbers<T>(form.rows * form.inner, 1)),
        b_(numbers<T>(form.inner * form.columns, 2)),
        bias_(numbers<T>(form.columns, 3)),
        c(static_cast<size_t>(form.rows * form.columns) + 1, T(77)) {
    p.rows = form.rows;
    p.columns = form.columns;
    p.inner = form.inner;
    p.a = a_.data();
    p.a_order = form.a_order;
    p.a_stride = form.a_order == Transposed::kNo ? form.inner : form.rows;
    p.b = b_.data();
    p.b_order = form.b_order;
    p.b_stride = form.b_order == Transposed::kNo ? form.columns : form.inner;
    p.c = c.data();
    p.c_stride = form.columns;
    p.addend = bias_.data();
    p.addend_column_stride = 1;
  }
  double expected(int64_t i, int64_t j) const {
    double sum = 0;
    for (int64_t k = 0; k < p.inner; ++k) {
      const T a = p.a_order == Transposed::kNo ? p.a[i * p.a_stride + k] : p.a[k * p.a_stride + i];
      const T b = p.b_order == Transposed::kNo ? p.b[k * p.b_stride + j] : p.b[j * p.b_stride + k];
      sum += static_cast<double>(a) * static_cast<double>(b);
    }
    const T* add = p.addend;
    return add == nullptr ? sum : sum + static_cast<double>(add[j * p.addend_column_stride]);
  }
  void expect_right() const {
    for (int64_t i = 0; i < p.rows; ++i) {
      for (int64_t j = 0; j < p.columns; ++j) {
        const double want = expected(i, j);
        const auto got = static_cast<double>(c[static_cast<size_t>(i * p.columns + j)]);
        ASSERT_NEAR(got, want, 1e-4 * (1 + std::fabs(want)))
            << p.rows << "x" << p.columns << "x" << p.inner << " at " << i << "," << j;
      }
    }
    EXPECT_EQ(c.back(), T(77)) << "written past the end";
  }

 private:
  std::vector<T> a_, b_, bias_;

 public:
  std::vector<T> c;
  MatrixProduct<T> p;
};

template <class T> void check_forms() {
  for (const auto& [rows, columns, inner] : {std::array<int64_t, 3>{1, 1, 1},
                                             {1, 9, 3},
                                             {5, 8, 4},
                                             {4, 17, 300},
                                             {67, 3, 2},
                                             {3, 130, 7},
                                             {2, 5, 0},
                                             {0, 5, 2},
                                             {5, 0, 2}}) {
    for (const Transposed a : {Transposed::kNo, Transposed::kYes}) {
      for (const Transposed b : {Transposed::kNo, Transposed::kYes}) {
        Product<T> product({rows, columns, inner, a, b});
        multiply_here(product.p);
        product.expect_right();
      }
    }
  }
}

TEST(MatrixMultiply, all_forms_and_remainders) {
  check_forms<float>();
  check_forms<double>();
  check_forms<int32_t>();
  check_forms<int64_t>();
}

template <class T> void check_scaled() {
  const KernelTable& table = kernels::table_for(kernels::detect_isa());
  Product<T> once({5, 11, 20, Transposed::kNo, Transposed::kYes});
  once.p.addend = nullptr;
  multiply_here(table, once.p, T{1});
  once.expect_right();
  const std::vector<T> first = once.c;
  multiply_here(table, once.p, T{2});
  for (size_t i = 0; i + 1 < first.size(); ++i) EXPECT_EQ(once.c[i], 2 * first[i]);
}

TEST(MatrixMultiply, scaled_on_this_thread) {
  check_scaled<float>();
  check_scaled<double>();
}

TEST(MatrixMultiply, unsigned_integers_wrap) {
  const std::vector<uint32_t> a{0x80000000U, 3};
  const std::vector<uint32_t> b{2, 5};
  uint32_t c = 9;
  MatrixProduct<uint32_t> p{.rows = 1, .columns = 1, .inner = 2};
  p.a = a.data();
  p.a_stride = 2;
  p.b = b.data();
  p.b_stride = 1;
  p.c = &c;
  p.c_stride = 1;
  multiply_here(p);
  EXPECT_EQ(c, 15U);
}

TEST(MatrixMultiply, adds_to_its_own_result) {
  Product<float> once({5, 11, 20, Transposed::kNo, Transposed::kYes});
  once.p.addend = nullptr;
  multiply_here(once.p);
  const std::vector<float> first = once.c;
  once.p.addend = once.p.c;
  once.p.addend_row_stride = once.p.c_stride;
  once.p.addend_column_stride = 1;
  multiply_here(once.p);
  for (size_t i = 0; i + 1 < first.size(); ++i) EXPECT_EQ(once.c[i], 2 * first[i]);
}

TEST(MatrixMultiply, an_element_is_the_same_in_any_size_and_on_any_threads) {
  Node node;
  testing::TestContext one(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  testing::TestContext three(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 3);
  const Form form{150, 300, 270, Transposed::kNo, Transposed::kNo};
  Product<float> a(form);
  Product<float> b(form);
  multiply(one, a.p);
  multiply(three, b.p);
  EXPECT_EQ(a.c, b.c);
  Product<float> row(form);
  row.p.rows = 1;
  row.p.a += 149 * row.p.a_stride;
  multiply_here(row.p);
  EXPECT_TRUE(std::equal(row.c.begin(), row.c.begin() + 300, a.c.end() - 301));
}

TEST(MatrixMultiply, batches_share_operands) {
  Node node;
  testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 2);
  const std::vector<double> a{1, 2, 3, 4};
  const std::vector<double> b{10, 100};
  std::vector<double> c(4);
  MatrixProduct<double> p{.rows = 1, .columns = 1, .inner = 2};
  p.a = a.data();
  p.a_stride = 2;
  p.b = b.data();
  p.b_stride = 1;
  p.c = c.data();
  p.c_stride = 1;
  const ProductOffsets offsets[] = {{2, 0, 0}, {0, 0, 1}, {1, 0, 3}};
  multiply_batch(context, p, std::span<const ProductOffsets>(offsets));
  EXPECT_EQ(c, (std::vector<double>{430, 210, 0, 320}));
  multiply_batch(context, p, std::span<const ProductOffsets>());
}

}  // namespace
}  // namespace tundish::ops
