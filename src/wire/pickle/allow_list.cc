#include "wire/pickle/allow_list.h"

#include <algorithm>
#include <vector>

namespace tundish::pickle {

namespace {

constexpr std::string_view kUfuncs =
    "abs absolute arccos arcsin arctan cbrt ceil cos cosh degrees exp exp2 expm1 fabs floor "
    "isfinite isinf isnan log log10 log1p log2 negative positive radians reciprocal rint sign "
    "sin sinh sqrt square tan tanh trunc";

// Everything but scikit-learn. Sources: the forms numpy, scipy, joblib, xgboost and lightgbm write
// (numpy/core/src/multiarray, numpy/random/_pickle.py, joblib/numpy_pickle.py).
constexpr ModuleClasses kOthers[] = {
    {"builtins", "", "object slice", Action::kClass},
    {"builtins", "", "bool int float complex str list dict tuple", Action::kValue},
    {"builtins", "", "bytes bytearray", Action::kBytes},
    {"builtins", "", "set", Action::kSet},
    {"builtins", "", "frozenset", Action::kFrozenSet},
    {"_codecs", "", "encode", Action::kEncode},
    {"copyreg", "", "_reconstructor", Action::kReconstructor},
    {"copyreg", "", "__newobj__", Action::kNewObject},
    {"collections", "", "OrderedDict", Action::kEmptyClass},
    {"collections", "", "defaultdict"},
    {"datetime", "", "date datetime timedelta"},
    {"functools", "", "partial", Action::kClass, StateForm::kTuple},
    {"joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper",
     Action::kJoblibArray},
    {"numpy", "", "dtype", Action::kDType},
    {"numpy", "",
     "ndarray memmap bool bool_ bytes_ complex128 complex64 float16 float32 float64 int16 int32 "
     "int64 int8 object_ str_ uint16 uint32 uint64 uint8",
     Action::kValue},
    {"numpy", "", kUfuncs, Action::kValue},
    {"numpy.core._multiarray_umath", "numpy._core._multiarray_umath", kUfuncs, Action::kValue},
    {"numpy.core.umath", "numpy._core.umath", kUfuncs, Action::kValue},
    {"numpy.core", "numpy._core", "_ufunc_reconstruct", Action::kUfunc},
    {"numpy.core.multiarray", "numpy._core.multiarray", "_reconstruct", Action::kReconstruct},
    {"numpy.core.multiarray", "numpy._core.multiarray", "scalar", Action::kScalar},
    {"numpy.core.numeric", "numpy._core.numeric", "_frombuffer", Action::kFromBuffer},
    {"numpy.ma", "numpy.ma.core", "MaskedArray", Action::kClass, StateForm::kTuple},
    {"numpy.ma", "numpy.ma.core", "_mareconstruct", Action::kFirstArgument, StateForm::kTuple},
    {"numpy.random._mt19937", "", "MT19937", Action::kClass, StateForm::kTuple},
    {"numpy.random._pcg64", "", "PCG64", Action::kClass, StateForm::kTuple},
    {"numpy.random._pickle", "numpy.random",
     "__randomstate_ctor __RandomState_ctor __bit_generator_ctor __generator_ctor",
     Action::kFactory, StateForm::kTuple},
    {"numpy.random.bit_generator", "numpy.random._bit_generator", "SeedSequence", Action::kClass,
     StateForm::kTuple},
    {"numpy.random.bit_generator", "numpy.random._bit_generator", "__pyx_unpickle_SeedSequence",
     Action::kFirstArgument, StateForm::kTuple},
    {"pandas.core.indexes.base", "", "Index"},
    {"pandas.core.indexes.range", "", "RangeIndex"},
    {"pandas.core.indexes.numeric", "", "Int64Index Float64Index"},
    {"pandas.core.indexes.base", "", "_new_Index", Action::kFirstArgument},
    {"scipy.interpolate._bsplines", "", "BSpline"},
    {"scipy.interpolate._interpolate", "scipy.interpolate.interpolate", "interp1d"},
    {"scipy.sparse._csr", "scipy.sparse.csr", "csr_matrix csr_array"},
    {"scipy.sparse._csc", "scipy.sparse.csc", "csc_matrix csc_array"},
    {"scipy.sparse._dia", "scipy.sparse.dia", "dia_matrix dia_array"},
    {"xgboost.compat", "", "XGBoostLabelEncoder"},
    {"xgboost.core", "", "Booster"},
    {"xgboost.sklearn", "", "XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor"},
    {"lightgbm.basic", "", "Booster _InnerPredictor"},
    {"lightgbm.sklearn", "", "LGBMClassifier LGBMRegressor LGBMRanker"},
};

void add_names(const ModuleClasses& line, std::string_view module, std::vector<AllowEntry>& out) {
  for (std::string_view rest = line.names; !rest.empty();) {
    const size_t space = std::min(rest.find(' '), rest.size());
    if (space > 0) out.push_back({module, rest.substr(0, space), line.action, line.state});
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
}

bool before(const AllowEntry& a, const AllowEntry& b) {
  return a.module != b.module ? a.module < b.module : a.name < b.name;
}

std::vector<AllowEntry> make_table() {
  std::vector<AllowEntry> table;
  for (const auto lines : {std::span<const ModuleClasses>(kOthers), scikit_learn_classes()}) {
    for (const ModuleClasses& line : lines) {
      add_names(line, line.module, table);
      if (!line.old_module.empty()) add_names(line, line.old_module, table);
    }
  }
  std::sort(table.begin(), table.end(), before);
  return table;
}

}  // namespace

std::span<const AllowEntry> allow_list() {
  static const std::vector<AllowEntry> table = make_table();
  return table;
}

const AllowEntry* find_allowed(std::string_view module, std::string_view name) {
  const auto table = allow_list();
  const AllowEntry wanted = {module, name};
  const auto found = std::lower_bound(table.begin(), table.end(), wanted, before);
  if (found == table.end() || found->module != module || found->name != name) return nullptr;
  return &*found;
}

const AllowEntry* find_allowed_elsewhere(std::string_view name) {
  for (const AllowEntry& entry : allow_list()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace tundish::pickle
