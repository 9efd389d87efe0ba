// scikit-learn's classes as versions 0.19 to 1.9 pickle them. Module names before 0.22 lack the
// underscore (scikit-learn 0.22 what's new, "deprecated modules").
#include "wire/pickle/allow_list.h"

namespace tundish::pickle {

namespace {

constexpr ModuleClasses kClasses[] = {
    {"_loss", "",
     "CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss "
     "CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError "
     "CyHalfTweedieLoss CyHuberLoss CyPinballLoss",
     Action::kClass, StateForm::kTuple},
    {"_loss", "",
     "__pyx_unpickle_CyAbsoluteError __pyx_unpickle_CyExponentialLoss "
     "__pyx_unpickle_CyHalfBinomialLoss __pyx_unpickle_CyHalfGammaLoss "
     "__pyx_unpickle_CyHalfMultinomialLoss __pyx_unpickle_CyHalfPoissonLoss "
     "__pyx_unpickle_CyHalfSquaredError __pyx_unpickle_CyHalfTweedieLoss "
     "__pyx_unpickle_CyHuberLoss __pyx_unpickle_CyPinballLoss",
     Action::kFirstArgument, StateForm::kTuple},
    {"sklearn._loss._loss", "",
     "CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss "
     "CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError "
     "CyHalfTweedieLoss CyHuberLoss CyPinballLoss",
     Action::kClass, StateForm::kTuple},
    {"sklearn._loss._loss", "",
     "__pyx_unpickle_CyAbsoluteError __pyx_unpickle_CyExponentialLoss "
     "__pyx_unpickle_CyHalfBinomialLoss __pyx_unpickle_CyHalfGammaLoss "
     "__pyx_unpickle_CyHalfMultinomialLoss __pyx_unpickle_CyHalfPoissonLoss "
     "__pyx_unpickle_CyHalfSquaredError __pyx_unpickle_CyHalfTweedieLoss "
     "__pyx_unpickle_CyHuberLoss __pyx_unpickle_CyPinballLoss",
     Action::kFirstArgument, StateForm::kTuple},
    {"sklearn._loss.link", "",
     "HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit"},
    {"sklearn._loss.loss", "",
     "AbsoluteError ExponentialLoss HalfBinomialLoss HalfGammaLoss "
     "HalfMultinomialLoss HalfPoissonLoss HalfSquaredError HalfTweedieLoss "
     "HuberLoss PinballLoss"},
    {"sklearn.calibration", "", "CalibratedClassifierCV _CalibratedClassifier _SigmoidCalibration"},
    {"sklearn.cluster._kmeans", "sklearn.cluster.k_means_", "KMeans MiniBatchKMeans"},
    {"sklearn.compose._column_transformer", "", "ColumnTransformer _RemainderColsList"},
    {"sklearn.compose._target", "", "TransformedTargetRegressor"},
    {"sklearn.decomposition._pca", "sklearn.decomposition.pca", "PCA"},
    {"sklearn.decomposition._truncated_svd", "sklearn.decomposition.truncated_svd", "TruncatedSVD"},
    {"sklearn.discriminant_analysis", "",
     "LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis"},
    {"sklearn.dummy", "", "DummyClassifier DummyRegressor"},
    {"sklearn.ensemble._bagging", "sklearn.ensemble.bagging", "BaggingClassifier BaggingRegressor"},
    {"sklearn.ensemble._forest", "sklearn.ensemble.forest",
     "ExtraTreesClassifier ExtraTreesRegressor RandomForestClassifier "
     "RandomForestRegressor"},
    {"sklearn.ensemble._gb", "sklearn.ensemble.gradient_boosting",
     "GradientBoostingClassifier GradientBoostingRegressor"},
    {"sklearn.ensemble._gb_losses", "sklearn.ensemble.gradient_boosting",
     "BinomialDeviance ExponentialLoss HuberLossFunction LeastAbsoluteError "
     "LeastSquaresError MultinomialDeviance QuantileLossFunction"},
    {"sklearn.ensemble._hist_gradient_boosting.binning", "", "_BinMapper"},
    {"sklearn.ensemble._hist_gradient_boosting.gradient_boosting", "",
     "HistGradientBoostingClassifier HistGradientBoostingRegressor"},
    {"sklearn.ensemble._hist_gradient_boosting.loss", "",
     "BinaryCrossEntropy CategoricalCrossEntropy LeastSquares Poisson"},
    {"sklearn.ensemble._hist_gradient_boosting.predictor", "", "TreePredictor"},
    {"sklearn.ensemble._iforest", "sklearn.ensemble.iforest", "IsolationForest"},
    {"sklearn.ensemble._stacking", "", "StackingClassifier StackingRegressor"},
    {"sklearn.ensemble._voting", "sklearn.ensemble.voting", "VotingClassifier VotingRegressor"},
    {"sklearn.ensemble._weight_boosting", "sklearn.ensemble.weight_boosting",
     "AdaBoostClassifier AdaBoostRegressor"},
    {"sklearn.feature_extraction._dict_vectorizer", "sklearn.feature_extraction.dict_vectorizer",
     "DictVectorizer"},
    {"sklearn.feature_extraction.text", "",
     "CountVectorizer HashingVectorizer TfidfTransformer TfidfVectorizer"},
    {"sklearn.feature_selection._from_model", "sklearn.feature_selection.from_model",
     "SelectFromModel"},
    {"sklearn.feature_selection._rfe", "sklearn.feature_selection.rfe", "RFE"},
    {"sklearn.feature_selection._univariate_selection",
     "sklearn.feature_selection.univariate_selection", "SelectKBest"},
    {"sklearn.feature_selection._univariate_selection",
     "sklearn.feature_selection.univariate_selection", "chi2", Action::kValue},
    {"sklearn.feature_selection._variance_threshold",
     "sklearn.feature_selection.variance_threshold", "VarianceThreshold"},
    {"sklearn.impute._base", "sklearn.impute", "MissingIndicator SimpleImputer"},
    {"sklearn.impute._knn", "", "KNNImputer"},
    {"sklearn.isotonic", "", "IsotonicRegression"},
    {"sklearn.linear_model._base", "sklearn.linear_model.base", "LinearRegression"},
    {"sklearn.linear_model._bayes", "sklearn.linear_model.bayes", "BayesianRidge"},
    {"sklearn.linear_model._coordinate_descent", "sklearn.linear_model.coordinate_descent",
     "ElasticNet Lasso"},
    {"sklearn.linear_model._glm.glm", "", "PoissonRegressor TweedieRegressor"},
    {"sklearn.linear_model._huber", "sklearn.linear_model.huber", "HuberRegressor"},
    {"sklearn.linear_model._logistic", "sklearn.linear_model.logistic",
     "LogisticRegression LogisticRegressionCV"},
    {"sklearn.linear_model._passive_aggressive", "sklearn.linear_model.passive_aggressive",
     "PassiveAggressiveClassifier"},
    {"sklearn.linear_model._perceptron", "sklearn.linear_model.perceptron", "Perceptron"},
    {"sklearn.linear_model._ridge", "sklearn.linear_model.ridge", "Ridge RidgeClassifier"},
    {"sklearn.linear_model._sgd_fast", "sklearn.linear_model.sgd_fast", "Hinge Log ModifiedHuber"},
    {"sklearn.linear_model._stochastic_gradient", "sklearn.linear_model.stochastic_gradient",
     "SGDClassifier SGDOneClassSVM SGDRegressor"},
    {"sklearn.metrics._dist_metrics", "sklearn.neighbors._dist_metrics",
     "EuclideanDistance EuclideanDistance64 ManhattanDistance "
     "ManhattanDistance64",
     Action::kClass, StateForm::kTuple},
    {"sklearn.metrics._dist_metrics", "sklearn.neighbors._dist_metrics", "newObj",
     Action::kFirstArgument, StateForm::kTuple},
    {"sklearn.metrics._scorer", "sklearn.metrics.scorer", "_PassthroughScorer"},
    {"sklearn.metrics._scorer", "sklearn.metrics.scorer", "_passthrough_scorer", Action::kValue},
    {"sklearn.mixture._gaussian_mixture", "sklearn.mixture.gaussian_mixture", "GaussianMixture"},
    {"sklearn.model_selection._search", "", "GridSearchCV RandomizedSearchCV"},
    {"sklearn.model_selection._split", "", "StratifiedKFold"},
    {"sklearn.multiclass", "", "OneVsOneClassifier OneVsRestClassifier"},
    {"sklearn.multioutput", "", "ClassifierChain MultiOutputClassifier MultiOutputRegressor"},
    {"sklearn.naive_bayes", "", "BernoulliNB CategoricalNB ComplementNB GaussianNB MultinomialNB"},
    {"sklearn.neighbors._ball_tree", "sklearn.neighbors.ball_tree", "BallTree", Action::kClass,
     StateForm::kTuple},
    {"sklearn.neighbors._ball_tree", "sklearn.neighbors.ball_tree", "newObj",
     Action::kFirstArgument, StateForm::kTuple},
    {"sklearn.neighbors._classification", "sklearn.neighbors.classification",
     "KNeighborsClassifier"},
    {"sklearn.neighbors._kd_tree", "sklearn.neighbors.kd_tree", "KDTree", Action::kClass,
     StateForm::kTuple},
    {"sklearn.neighbors._kd_tree", "sklearn.neighbors.kd_tree", "newObj", Action::kFirstArgument,
     StateForm::kTuple},
    {"sklearn.neighbors._lof", "sklearn.neighbors.lof", "LocalOutlierFactor"},
    {"sklearn.neighbors._nearest_centroid", "sklearn.neighbors.nearest_centroid",
     "NearestCentroid"},
    {"sklearn.neighbors._regression", "sklearn.neighbors.regression", "KNeighborsRegressor"},
    {"sklearn.neural_network._multilayer_perceptron",
     "sklearn.neural_network.multilayer_perceptron", "MLPClassifier MLPRegressor"},
    {"sklearn.neural_network._stochastic_optimizers", "", "AdamOptimizer"},
    {"sklearn.pipeline", "", "FeatureUnion Pipeline"},
    {"sklearn.preprocessing._data", "sklearn.preprocessing.data",
     "Binarizer MaxAbsScaler MinMaxScaler Normalizer PowerTransformer "
     "QuantileTransformer RobustScaler StandardScaler"},
    {"sklearn.preprocessing._discretization", "", "KBinsDiscretizer"},
    {"sklearn.preprocessing._encoders", "", "OneHotEncoder OrdinalEncoder"},
    {"sklearn.preprocessing._function_transformer", "", "FunctionTransformer"},
    {"sklearn.preprocessing._label", "sklearn.preprocessing.label", "LabelBinarizer LabelEncoder"},
    {"sklearn.preprocessing._polynomial", "", "PolynomialFeatures SplineTransformer"},
    {"sklearn.preprocessing._target_encoder", "", "TargetEncoder"},
    {"sklearn.svm._classes", "sklearn.svm.classes",
     "LinearSVC LinearSVR NuSVC NuSVR OneClassSVM SVC SVR"},
    {"sklearn.tree._classes", "sklearn.tree.tree",
     "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier "
     "ExtraTreeRegressor"},
    {"sklearn.tree._tree", "", "Tree"},
    {"sklearn.utils._bunch", "sklearn.utils", "Bunch"},
    {"sklearn.utils.validation", "", "check_array", Action::kValue},
};

}  // namespace

std::span<const ModuleClasses> scikit_learn_classes() { return kClasses; }

}  // namespace tundish::pickle
