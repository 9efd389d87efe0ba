"""Models of one node for scripts/update_operators_page.py: every operator, version and type.

microsoft.json has the schemas of com.microsoft's operators, as ONNX Runtime 1.31 tells them
(get_all_operator_schema).
"""
import json
import os
import re

import onnx.defs
from onnx import TensorProto, TypeProto, helper

FOLDER = os.path.dirname(os.path.abspath(__file__))
ELEMENTS = {"float": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "string": 8,
            "bool": 9, "float16": 10, "double": 11, "uint32": 12, "uint64": 13, "complex64": 14,
            "complex128": 15, "bfloat16": 16, "float8e4m3fn": 17, "float8e4m3fnuz": 18, "float8e5m2": 19,
            "float8e5m2fnuz": 20, "uint4": 21, "int4": 22, "float4e2m1": 23, "float8e8m0": 24, "uint2": 25,
            "int2": 26}
# What other type parameters are tried with, after the type in question itself.
OTHERS = ["tensor(float)", "tensor(int64)", "tensor(uint8)", "tensor(int32)", "tensor(bool)", "tensor(string)",
          "tensor(int8)", "tensor(double)", "tensor(float16)"]
RANKS = [None, 4, 3, 2, 1, 0, 5]


class Schema:
    def __init__(self, domain, name, since, inputs, outputs, types, attributes):
        self.domain, self.name, self.since_version = domain, name, since
        self.inputs, self.outputs, self.types = inputs, outputs, types  # [(type, option)]
        self.attributes = attributes  # names


def all_schemas():
    made = []
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.deprecated:
            continue
        made.append(Schema(
            schema.domain, schema.name, schema.since_version,
            [(i.type_str, i.option.name) for i in schema.inputs],
            [(o.type_str, o.option.name) for o in schema.outputs],
            {c.type_param_str: list(c.allowed_type_strs) for c in schema.type_constraints},
            set(schema.attributes)))
    with open(os.path.join(FOLDER, "microsoft.json"), encoding="utf-8") as file:
        for row in json.load(file):
            made.append(Schema("com.microsoft", row["name"], 1, row["inputs"], row["outputs"], row["types"], set()))
    return sorted(made, key=lambda s: (s.domain, s.name, s.since_version))


# ------------------------------------------------------------------ types

def type_proto(kind, rank=None):
    kind = kind.replace(" ", "")
    outer, inner = re.fullmatch(r"(\w+)\((.*)\)", kind).groups()
    if outer == "tensor":
        shape = None if rank is None else [1] * rank
        return helper.make_tensor_type_proto(ELEMENTS[inner], shape)
    if outer == "seq":
        return helper.make_sequence_type_proto(type_proto(inner, rank))
    if outer == "optional":
        return helper.make_optional_type_proto(type_proto(inner, rank))
    key, value = inner.split(",", 1)
    return helper.make_map_type_proto(ELEMENTS[key], type_proto("tensor(%s)" % value))


def element_of(kind):
    return ELEMENTS[re.search(r"tensor\((\w+)\)", kind).group(1)]


def small_tensor(kind, shape=(1,)):
    element = element_of(kind)
    tensor = TensorProto(data_type=element, dims=list(shape))
    if element == TensorProto.STRING:
        tensor.string_data.append(b"a")
    else:
        bits = {21: 4, 22: 4, 23: 4, 25: 2, 26: 2, 14: 64, 15: 128, 11: 64, 7: 64, 13: 64, 1: 32, 6: 32, 12: 32,
                4: 16, 5: 16, 10: 16, 16: 16}.get(element, 8)
        tensor.raw_data = bytes((bits + 7) // 8)
    return tensor


# ------------------------------------------------------------------ attributes

def body(schema, kind, version):
    """A graph for If, Loop, Scan and SequenceMap whose values are of this kind."""
    def info(name, of):
        return helper.make_value_info(name, type_proto(of))

    def passing(source):
        if kind.startswith("seq"):
            return helper.make_node("SequenceEmpty", [], ["out"], dtype=element_of(kind))
        if kind.startswith("optional"):
            return helper.make_node("Optional", [], ["out"],
                                    type=type_proto(kind).optional_type.elem_type)
        return helper.make_node("Identity", [source], ["out"])

    if schema.name == "If":
        return {name: helper.make_graph([passing("x0")], name, [], [info("out", kind)])
                for name in ("then_branch", "else_branch")}
    if schema.name == "Loop":
        inputs = [info("turn", "tensor(int64)"), info("go", "tensor(bool)"), info("state", kind)]
        nodes = [helper.make_node("Identity", ["go"], ["on"]), passing("state")]
        return {"body": helper.make_graph(nodes, "body", inputs, [info("on", "tensor(bool)"), info("out", kind)])}
    inputs = [info("state", kind)] + ([info("more", kind)] if schema.name == "SequenceMap" else [])
    graph = helper.make_graph([passing("state")], "body", inputs, [info("out", kind)])
    return {"body": graph, "num_scan_inputs": 1} if schema.name == "Scan" else {"body": graph}


TREE = dict(
    nodes_splits="split", nodes_featureids=[0], nodes_modes="modes", nodes_truenodeids=[0], nodes_trueleafs=[1],
    nodes_falsenodeids=[1], nodes_falseleafs=[1], leaf_targetids=[0, 0], leaf_weights="weights", tree_roots=[0],
    n_targets=1)
OLD_TREE = dict(nodes_treeids=[0], nodes_nodeids=[0], nodes_featureids=[0], nodes_values=[0.0], nodes_modes=["LEAF"],
                nodes_truenodeids=[0], nodes_falsenodeids=[0])
FIXED = {
    "AveragePool": {"kernel_shape": [1, 1]}, "LpPool": {"kernel_shape": [1, 1]}, "MaxPool": {"kernel_shape": [1, 1]},
    "MaxUnpool": {"kernel_shape": [1, 1]}, "Conv": {}, "MaxRoiPool": {"pooled_shape": [1, 1]},
    "BitShift": {"direction": "LEFT"}, "Concat": {"axis": 0}, "ConcatFromSequence": {"axis": 0},
    "DepthToSpace": {"blocksize": 1}, "SpaceToDepth": {"blocksize": 1}, "Einsum": {"equation": "i->i"},
    "GroupNormalization": {"num_groups": 1}, "LRN": {"size": 1}, "RandomNormal": {"shape": [1]},
    "RandomUniform": {"shape": [1]}, "LinearAttention": {"update_rule": "linear", "q_num_heads": 1, "kv_num_heads": 1},
    "TfIdfVectorizer": {"max_gram_length": 1, "max_skip_count": 0, "min_gram_length": 1, "mode": "TF",
                        "ngram_counts": [0], "ngram_indexes": [0]},
    "Momentum": {"alpha": 0.5, "beta": 0.5, "mode": "standard", "norm_coefficient": 0.0},
    "LinearClassifier": {"coefficients": [1.0], "intercepts": [0.0], "classlabels_ints": [0]},
    "LinearRegressor": {"coefficients": [1.0], "intercepts": [0.0]},
    "SVMRegressor": {"kernel_type": "LINEAR", "coefficients": [1.0], "rho": [0.0], "support_vectors": [1.0],
                     "n_supports": 1},
    "SVMClassifier": {"kernel_type": "LINEAR", "coefficients": [1.0, 1.0], "rho": [0.0],
                      "support_vectors": [1.0, 1.0], "vectors_per_class": [1, 1], "classlabels_ints": [0, 1]},
    "OneHotEncoder": {"cats_int64s": [0]}, "ArrayFeatureExtractor": {}, "Imputer": {"imputed_value_floats": [0.0]},
    "CategoryMapper": {"cats_int64s": [0], "cats_strings": ["a"]}, "FeatureVectorizer": {"inputdimensions": [1]},
    "Normalizer": {}, "Scaler": {"offset": [0.0], "scale": [1.0]}, "ZipMap": {"classlabels_int64s": [0]},
    "Attention@com.microsoft": {"num_heads": 1}, "MultiHeadAttention": {"num_heads": 1},
    "QAttention": {"num_heads": 1}, "MatMulNBits": {"K": 16, "N": 1, "bits": 4, "block_size": 16},
    "QLinearConcat": {"axis": 0}, "QLinearSoftmax": {"opset": 13},
    "RegexFullMatch": {"pattern": "a"}, "Mod": {"fmod": 1},
    "RNN": {"hidden_size": 1}, "GRU": {"hidden_size": 1}, "LSTM": {"hidden_size": 1},
}


def attributes_of(schema, kinds):
    """`kinds` is what each type parameter stands for."""
    name, since = schema.name, schema.since_version
    made = dict(FIXED.get(name + "@" + schema.domain, {} if name == "Attention" else FIXED.get(name, {})))
    outputs = [kinds.get(t, t) for t, _ in schema.outputs]
    if name in ("If", "Loop", "Scan", "SequenceMap"):
        made.update(body(schema, kinds["V" if "V" in kinds else "S"] if name != "SequenceMap" else
                         kinds["S"][4:-1], since))
    for attribute in ("to", "dtype", "output_dtype", "output_datatype"):
        if attribute in schema.attributes and outputs and "tensor(" in outputs[0]:
            is_text = name == "Cast" and since == 1
            made[attribute] = TensorProto.DataType.Name(element_of(outputs[0])) if is_text else element_of(outputs[0])
    if name in ("Constant", "ConstantOfShape") and "value" in schema.attributes:
        made["value"] = small_tensor(outputs[0])
    if name == "BatchNormalization" and since == 1:
        made["consumed_inputs"] = [0, 0, 0, 1, 1]
    if name == "Pad" and since < 11:
        made["paddings" if since == 1 else "pads"] = [0] * 8
    if name == "Slice" and since < 10:
        made.update(starts=[0], ends=[1])
    if name == "TopK" and since < 10:
        made["k"] = 1
    if name in ("Unsqueeze",) and since < 13:
        made["axes"] = [0]
    if name == "Upsample":
        if since == 1:
            made.update(height_scale=1.0, width_scale=1.0)
        elif since == 7:
            made["scales"] = [1.0] * 4
    if name == "Reshape" and since < 5:
        made["shape"] = [-1]
    if name == "Split" and since == 1:
        made["axis"] = 0
    if name in ("TfIdfVectorizer",):
        made.update({"pool_strings": ["a"]} if "string" in kinds["T"] else {"pool_int64s": [0]})
    if name in ("OneHotEncoder", "LabelEncoder", "DictVectorizer", "ZipMap"):
        made = labels(schema, kinds)
    if name == "Imputer" and "int" in kinds["T"]:
        made = {"imputed_value_int64s": [0]}
    if name == "CastMap":
        made = {"cast_to": {"tensor(float)": "TO_FLOAT", "tensor(int64)": "TO_INT64"}.get(kinds["T2"], "TO_STRING")}
    if name == "Optional" and "optional(" + kinds["V"].replace(" ", "") + ")" != kinds["O"].replace(" ", ""):
        made["type"] = type_proto(kinds["O"]).optional_type.elem_type
    if name == "Mod" and "int" in kinds["T"]:
        made = {}
    if name == "BatchNormalization" and since >= 14:
        made["training_mode"] = 1
    if name == "LayerNormalization" and "U" in kinds:
        made["stash_type"] = element_of(kinds["U"])
    if name == "Gradient":
        made.update(xs=["x0"], y="z", **({} if kinds["T1"] == kinds["T2"] else {"zs": ["x1"]}))
    if name == "SequenceEmpty":
        made["dtype"] = element_of(kinds["S"])
    if name == "TreeEnsemble":
        of = kinds["T"]
        made.update({k: v for k, v in TREE.items() if isinstance(v, (list, int))})
        made["nodes_splits"] = small_tensor(of)
        made["leaf_weights"] = small_tensor(of, (1,))
        made["leaf_weights"].dims[0] = 2
        made["leaf_weights"].raw_data = made["leaf_weights"].raw_data * 2
        made["nodes_modes"] = small_tensor("tensor(uint8)")
    if name == "TreeEnsembleRegressor":
        made.update(OLD_TREE, target_treeids=[0], target_nodeids=[0], target_ids=[0], target_weights=[1.0],
                    n_targets=1)
    if name == "TreeEnsembleClassifier":
        made.update(OLD_TREE, class_treeids=[0], class_nodeids=[0], class_ids=[0], class_weights=[1.0])
        made.update({"classlabels_strings": ["a", "b"]} if "string" in outputs[0]
                    else {"classlabels_int64s": [0, 1]})
    if name in ("LinearClassifier", "SVMClassifier") and "string" in outputs[0]:
        count = len(made.pop("classlabels_ints"))
        made["classlabels_strings"] = ["a", "b"][:count]
    return made


def labels(schema, kinds):
    plain = {"string": "strings", "int64": "int64s", "float": "floats", "double": "doubles", "int32": "int32s",
             "int16": "int16s"}
    name = schema.name
    if name == "OneHotEncoder":
        return {"cats_strings": ["a"]} if "string" in kinds["T"] else {"cats_int64s": [0]}
    if name == "DictVectorizer":
        return {"string_vocabulary": ["a"]} if kinds["T1"].startswith("map(string") else {"int64_vocabulary": [0]}
    if name == "ZipMap":
        return {"classlabels_strings": ["a"]} if "map(string" in kinds["T"] else {"classlabels_int64s": [0]}
    values = {"string": ["a"], "int64": [0], "float": [0.0]}
    if schema.since_version == 1:
        return {"classes_strings": ["a"]}
    made = {}
    for side, parameter in (("keys", "T1"), ("values", "T2")):
        element = re.search(r"\((\w+)\)", kinds[parameter]).group(1)
        if element in values:
            made[side + "_" + plain[element]] = values[element]
        else:
            made[side + "_tensor"] = small_tensor(kinds[parameter])
    for attribute, parameter in (("default_tensor", "T2"),):
        if "values_tensor" in made:
            made[attribute] = small_tensor(kinds[parameter])
    return made


# ------------------------------------------------------------------ models

COUNTS = {"Adagrad": (3, 2), "Adam": (4, 3), "Momentum": (3, 2)}  # of values in the variadic places


def model_of(schema, kinds, rank, parameter, given):
    """The node on inputs of these kinds. `given`: which optional inputs and outputs it has: "none", those of
    the "type" parameter, "all", or the input of this number."""
    def wanted(option, kind, place=None):
        return option != "Optional" or given == "all" or (given == "type" and kind == parameter) or \
            (given == place and place is not None)

    names, infos = [], []

    def add(name, kind, of_rank=rank):
        names.append(name)
        infos.append(helper.make_value_info(name, type_proto(kind, of_rank)))

    before = []
    repeats, output_repeats = COUNTS.get(schema.name, (1, 1))
    if schema.name == "If":
        add("c", "tensor(bool)", None)
        infos.append(helper.make_value_info("x0", type_proto(kinds["V"], rank)))
    elif schema.name == "Loop":
        add("turns", "tensor(int64)", None)
        add("go", "tensor(bool)", None)
        add("x0", kinds["V"])
    elif schema.name == "QLinearConcat":
        add("scale", "tensor(float)")
        add("zero", kinds["T8"])
        add("x", kinds["T8"])
        names += ["scale", "zero"]
    elif schema.name == "Gradient":
        add("x0", kinds["T2"])
        if kinds["T1"] != kinds["T2"]:  # nothing has a slope in it
            add("x1", kinds["T1"])
        before.append(helper.make_node("ReduceSum", ["x0"], ["z"], keepdims=0))
    else:
        for i, (kind, option) in enumerate(schema.inputs):
            for k in range(repeats if option == "Variadic" else 1):
                if wanted(option, kind, i):
                    add("x%d_%d" % (i, k), kinds.get(kind, kind))
                else:
                    names.append("")
    while names and names[-1] == "":
        names.pop()
    outputs, output_infos = [], []
    for i, (kind, option) in enumerate(schema.outputs):
        for k in range(output_repeats if option == "Variadic" else 1):
            name = "y%d_%d" % (i, k) if wanted(option, kind) or not outputs else ""
            outputs.append(name)
            if name:
                output_infos.append(helper.make_value_info(name, type_proto(kinds.get(kind, kind))))
    while outputs[-1] == "":
        outputs.pop()
    attributes = attributes_of(schema, kinds)
    node = helper.make_node(schema.name, names, outputs, domain=schema.domain, **attributes)
    graph = helper.make_graph(before + [node], "probe", infos, output_infos)
    imports = [helper.make_opsetid(schema.domain, schema.since_version)]
    if schema.domain:
        imports.append(helper.make_opsetid("", 21))
    return helper.make_model(graph, opset_imports=imports, ir_version=13).SerializeToString()


def assignments(schema, parameter, kind):
    """What the type parameters may stand for together, with `parameter` being `kind`."""
    others = [p for p in schema.types if p != parameter]
    choices = []
    for other in others:
        allowed = schema.types[other]
        listed = [k for k in [kind] + OTHERS if k in allowed]
        inner = [k for k in allowed if kind in k or k in kind]
        few = allowed if len(allowed) <= 12 else []
        listed = list(dict.fromkeys(listed[:1] + inner[:2] + listed[1:] + few)) or allowed[:3]
        choices.append(listed)
    # All at their first choice, then one after the other moved on, then all together.
    yield {parameter: kind, **{p: c[0] for p, c in zip(others, choices)}}
    for k in range(1, max([len(c) for c in choices], default=0)):
        for at, other in enumerate(others):
            if k < len(choices[at]):
                yield {parameter: kind, **{p: c[0] for p, c in zip(others, choices)}, other: choices[at][k]}
        yield {parameter: kind, **{p: c[min(k, len(c) - 1)] for p, c in zip(others, choices)}}


def probes_of(schema):
    """(type parameter, type, models to try one after the other)"""
    used = {t for t, _ in schema.inputs + schema.outputs}
    parameters = [p for p in schema.types if p in used]
    if not parameters:
        parameters = [""]
    for parameter in parameters:
        for kind in schema.types.get(parameter, ["tensor(float)"]):
            yield parameter, kind, candidates(schema, parameter, kind)


def candidates(schema, parameter, kind):
    is_required = any(t == parameter and option != "Optional" for t, option in schema.inputs + schema.outputs)
    alone = [i for i, (t, option) in enumerate(schema.inputs) if t == parameter and option == "Optional"]
    for given in (["none"] if is_required else []) + ["type", "all"] + alone[:4]:
        for kinds in assignments(schema, parameter, kind):
            for rank in RANKS:
                try:
                    yield model_of(schema, kinds, rank, parameter, given)
                except (KeyError, ValueError, AttributeError, TypeError) as error:
                    yield "no probe: %r" % error
