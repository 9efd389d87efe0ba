// Names, instances and their state. Nothing is imported and nothing is called: a REDUCE on a known
// name makes an inert record or a typed value, on any other it is refused.
#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "wire/pickle/allow_list.h"
#include "wire/pickle/machine.h"
#include "wire/pickle/trust.h"

namespace tundish::pickle {

namespace {

// Python 2's names of modules that protocols 0 to 2 still write (CPython's _compat_pickle).
std::string_view python3_module(std::string_view module) {
  if (module == "__builtin__") return "builtins";
  if (module == "copy_reg") return "copyreg";
  return module;
}

std::string shown(const Global& global) {
  return shown_name(global.module_in_file, global.module, global.name);
}

}  // namespace

Result<ObjectId> Machine::add_global(std::string_view module, std::string_view name) {
  Global global;
  global.module_in_file = module;
  global.module = python3_module(module);
  global.name = name;
  global.offset = offset_;
  global.entry = find_allowed(global.module, name);
  ObjectGraph& graph = session_.graph;
  auto& uses = graph.mutable_facts().globals;
  // A few bytes of file can mention long names once more.
  TRY(session_.spend(module.size() + name.size()));
  TRY(graph.arena().check(sizeof(GlobalUse) + module.size() + name.size()));
  graph.arena().charge(sizeof(GlobalUse) + module.size() + name.size());
  uses.push_back({std::string(module), std::string(name), offset_, global.entry != nullptr});
  if (global.entry == nullptr) {
    const Verdict verdict = judge_name(global.module, name);
    std::string message = cat(shown(global), " at offset ", offset_, " ", verdict.why);
    const AllowEntry* near = session_.shows_refusals() ? find_allowed_elsewhere(name) : nullptr;
    if (verdict.code == ErrorCode::kUnsupported && near != nullptr)
      message += cat(" (", near->module, ".", near->name, " is known)");
    TRY(session_.refuse(verdict.code, std::move(message), offset_));
  } else if (global.entry->action == Action::kJoblibArray && arrays_ == nullptr) {
    TRY(session_.refuse(ErrorCode::kUntrusted,
                        cat(shown(global), " at offset ", offset_,
                            " inside the pickle of an object array: joblib never writes that"),
                        offset_));
  }
  Object object;
  object.kind = ObjectKind::kGlobal;
  object.global = graph.arena().make(global);
  object.offset = offset_;
  return graph.add(object);
}

Result<ObjectId> Machine::add_record(const Record& record) {
  Object object;
  object.kind = ObjectKind::kRecord;
  object.record = session_.graph.arena().make(record);
  object.offset = offset_;
  ++session_.record_count;
  return session_.graph.add(object);
}

Result<ObjectId> Machine::add_tuple(std::span<const ObjectId> items) {
  TRY(session_.spend(items.size()));
  TRY(session_.graph.arena().check(items.size() * sizeof(ObjectId)));
  Object object;
  object.kind = ObjectKind::kTuple;
  object.items = session_.graph.arena().allocate<ObjectId>(items.size());
  std::copy(items.begin(), items.end(), object.items);
  object.size = items.size();
  object.offset = offset_;
  return session_.graph.add(object);
}

Status Machine::op_global() {
  TRY_ASSIGN(const std::string_view module, line());
  TRY_ASSIGN(const std::string_view name, line());
  TRY_ASSIGN(const ObjectId id, add_global(module, name));
  return push(id);
}

Status Machine::op_stack_global() {
  TRY_ASSIGN(const ObjectId name, pop());
  TRY_ASSIGN(const ObjectId module, pop());
  const ObjectGraph& graph = session_.graph;
  if (graph.kind(name) != ObjectKind::kString || graph.kind(module) != ObjectKind::kString) {
    // No pickler writes this: a program made by hand, to import what a scanner does not see.
    return Untrusted(cat("STACK_GLOBAL at offset ", offset_, " needs two texts, not ",
                         graph.type_name(module), " and ", graph.type_name(name)));
  }
  TRY_ASSIGN(const ObjectId id, add_global(graph.text(module), graph.text(name)));
  return push(id);
}

Result<const Global*> Machine::class_argument(ObjectId args, size_t index) const {
  const auto items = session_.graph.items(args);
  if (index >= items.size()) return fault("the class to make is missing");
  const Global* global = session_.graph.global(items[index]);
  if (global == nullptr) return fault("the class to make is not a class");
  if (global->entry != nullptr && global->entry->action != Action::kClass &&
      global->entry->action != Action::kEmptyClass) {
    return fault(cat(shown(*global), " cannot be made this way"));
  }
  return global;
}

// REDUCE of a name outside the table (inspect mode, or strict mode collecting what is unknown).
Result<ObjectId> Machine::reduce_unknown(const Global& global, ObjectId args) {
  if (!looks_like_class(global.name)) {
    TRY(session_.refuse(ErrorCode::kUntrusted,
                        cat("the pickle would call ", shown(global), " (named at offset ",
                            global.offset, ", called at offset ", offset_, ")"),
                        offset_));
  }
  return add_record({.type = &global, .args = args});
}

Result<ObjectId> Machine::reduce_first_argument(const Global& global, ObjectId args) {
  TRY_ASSIGN(const Global* type, class_argument(args, 0));
  TRY_ASSIGN(const ObjectId rest, add_tuple(session_.graph.items(args).subspan(1)));
  return add_record({.type = type, .maker = &global, .args = rest});
}

// copyreg._reconstructor(cls, base, value): protocols 0 and 1. `value` are the contents that a
// subclass of list or dict takes over.
Result<ObjectId> Machine::reduce_reconstructor(ObjectId args) {
  TRY_ASSIGN(const Global* type, class_argument(args, 0));
  const auto items = session_.graph.items(args);
  if (items.size() != 3) return fault("copyreg._reconstructor takes three arguments");
  const Global* base = session_.graph.global(items[1]);
  if (base == nullptr || base->module != "builtins") return fault("the base is no builtin class");
  Record record = {.type = type};
  const auto value = session_.graph.items(items[2]);
  TRY(session_.spend(value.size()));
  if (base->name == "list" && session_.graph.kind(items[2]) == ObjectKind::kList) {
    TRY(session_.graph.arena().check(value.size() * sizeof(ObjectId)));
    session_.graph.append(record.list, value);
  } else if (base->name == "dict" && session_.graph.kind(items[2]) == ObjectKind::kDict) {
    TRY(session_.graph.arena().check(value.size() * sizeof(ObjectId)));
    session_.graph.append(record.dict, value);
  } else if (base->name != "object") {
    TRY(session_.refuse(ErrorCode::kUnsupported,
                        cat(shown(*type), " at offset ", offset_, " is made from builtins.",
                            base->name, ", which is not read"),
                        offset_));
  }
  return add_record(record);
}

Result<ObjectId> Machine::new_object(ObjectId type, ObjectId args, ObjectId kwargs) {
  const Global* global = session_.graph.global(type);
  if (global == nullptr) return fault(cat("NEWOBJ of ", session_.graph.described(type)));
  if (session_.graph.kind(args) != ObjectKind::kTuple) return fault("the arguments are no tuple");
  if (global->entry != nullptr) {
    const Action action = global->entry->action;
    if (action != Action::kClass && action != Action::kEmptyClass &&
        action != Action::kJoblibArray) {
      TRY(session_.refuse(ErrorCode::kUnsupported,
                          cat(shown(*global), " at offset ", offset_, " made by NEWOBJ"), offset_));
    }
  }
  return add_record({.type = global, .args = args, .kwargs = kwargs});
}

Result<ObjectId> Machine::reduce(ObjectId callable, ObjectId args) {
  ObjectGraph& graph = session_.graph;
  const Global* global = graph.global(callable);
  if (global == nullptr) return fault(cat("REDUCE of ", graph.described(callable)));
  if (graph.kind(args) != ObjectKind::kTuple) return fault("the arguments are no tuple");
  if (global->entry == nullptr) return reduce_unknown(*global, args);
  switch (global->entry->action) {
    case Action::kClass:
    case Action::kFactory: return add_record({.type = global, .args = args});
    case Action::kEmptyClass:
      if (!graph.items(args).empty()) {
        TRY(session_.refuse(ErrorCode::kUnsupported,
                            cat(shown(*global), " made from arguments at offset ", offset_),
                            offset_));
      }
      return add_record({.type = global, .args = args});
    case Action::kFirstArgument: return reduce_first_argument(*global, args);
    case Action::kReconstructor: return reduce_reconstructor(args);
    case Action::kNewObject: {
      const auto items = graph.items(args);
      if (items.empty()) return fault("the class to make is missing");
      TRY_ASSIGN(const ObjectId rest, add_tuple(items.subspan(1)));
      return new_object(items[0], rest, kNoObject);
    }
    case Action::kDType: return reduce_dtype(args);
    case Action::kReconstruct: return reduce_array(args);
    case Action::kScalar: return reduce_scalar(args);
    case Action::kFromBuffer: return reduce_from_buffer(args);
    case Action::kUfunc: return reduce_ufunc(args);
    case Action::kEncode: return reduce_encode(args);
    case Action::kBytes: return reduce_bytes(args);
    case Action::kSet: return reduce_set(ObjectKind::kSet, args);
    case Action::kFrozenSet: return reduce_set(ObjectKind::kFrozenSet, args);
    case Action::kValue:
    case Action::kJoblibArray: break;
  }
  TRY(session_.refuse(ErrorCode::kUntrusted,
                      cat("the pickle would call ", shown(*global), " (at offset ", offset_, ")"),
                      offset_));
  return add_record({.type = global, .args = args});
}

Status Machine::op_reduce() {
  TRY_ASSIGN(const ObjectId args, pop());
  TRY_ASSIGN(const ObjectId callable, pop());
  TRY_ASSIGN(const ObjectId id, reduce(callable, args));
  return push(id);
}

Status Machine::op_newobj() {
  TRY_ASSIGN(const ObjectId args, pop());
  TRY_ASSIGN(const ObjectId type, pop());
  TRY_ASSIGN(const ObjectId id, new_object(type, args, kNoObject));
  return push(id);
}

Status Machine::op_newobj_ex() {
  TRY(refuse_opcode(ErrorCode::kUntrusted, "calls a class with keywords"));
  TRY_ASSIGN(const ObjectId kwargs, pop());
  TRY_ASSIGN(const ObjectId args, pop());
  TRY_ASSIGN(const ObjectId type, pop());
  TRY_ASSIGN(const ObjectId id, new_object(type, args, kwargs));
  return push(id);
}

Status Machine::op_inst() {
  TRY_ASSIGN(const std::string_view module, line());
  TRY_ASSIGN(const std::string_view name, line());
  TRY_ASSIGN(const ObjectId global, add_global(module, name));
  TRY(refuse_opcode(ErrorCode::kUntrusted, "imports and calls in one step"));
  TRY_ASSIGN(const auto items, pop_mark());
  TRY_ASSIGN(const ObjectId args, add_tuple(items));
  TRY_ASSIGN(const ObjectId id, new_object(global, args, kNoObject));
  return push(id);
}

Status Machine::op_obj() {
  TRY(refuse_opcode(ErrorCode::kUntrusted, "calls what lies on the stack"));
  TRY_ASSIGN(const auto items, pop_mark());
  if (items.empty()) return fault("the class to make is missing");
  TRY_ASSIGN(const ObjectId args, add_tuple(items.subspan(1)));
  TRY_ASSIGN(const ObjectId id, new_object(items[0], args, kNoObject));
  return push(id);
}

Status Machine::op_build() {
  TRY_ASSIGN(const ObjectId state, pop());
  TRY_ASSIGN(const ObjectId target, top());
  const ObjectGraph& graph = session_.graph;
  switch (graph.kind(target)) {
    case ObjectKind::kRecord: return build_record(target, state);
    case ObjectKind::kDType: return build_dtype(target, state);
    case ObjectKind::kArray: return build_array(target, state);
    case ObjectKind::kGlobal:
      // Python would change the class itself, or call its __setstate__.
      return session_.refuse(ErrorCode::kUntrusted,
                             cat("BUILD at offset ", offset_, " changes the class ",
                                 shown(*graph.global(target)), " itself"),
                             offset_);
    default: return fault(cat("BUILD on ", graph.described(target)));
  }
}

// Text keys, each once (Python would take the last one without a word).
Status Machine::check_state_dict(ObjectId dict) {
  const auto pairs = session_.graph.items(dict);
  TRY(session_.spend(pairs.size()));
  std::vector<std::string_view> keys;
  keys.reserve(pairs.size() / 2);
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (session_.graph.kind(pairs[i]) != ObjectKind::kString)
      return fault(cat("a key of the state is ", session_.graph.described(pairs[i]), ", not text"));
    keys.push_back(session_.graph.text(pairs[i]));
    if (keys.back() == "_sklearn_version" && session_.graph.facts().scikit_learn_version.empty()) {
      session_.graph.mutable_facts().scikit_learn_version =
          session_.graph.text(pairs[i + 1]).substr(0, 40);
    }
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) return fault(cat("the state has ", quoted(*twice, 60), " twice"));
  return ok();
}

Status Machine::check_state(const Record& record, ObjectId state) {
  const ObjectGraph& graph = session_.graph;
  if (graph.kind(state) == ObjectKind::kDict) return check_state_dict(state);
  const AllowEntry* entry = record.type->entry;
  const bool any_tuple = (entry != nullptr && entry->state == StateForm::kTuple) ||
                         (record.maker != nullptr && record.maker->entry != nullptr &&
                          record.maker->entry->state == StateForm::kTuple);
  if (graph.kind(state) == ObjectKind::kTuple) {
    if (any_tuple) return ok();
    // (dict | None, dict | None): instance attributes and slots.
    const auto parts = graph.items(state);
    bool slots = parts.size() == 2;
    TRY(session_.spend(parts.size()));
    for (const ObjectId part : parts) {
      slots =
          slots && (graph.kind(part) == ObjectKind::kDict || graph.kind(part) == ObjectKind::kNone);
    }
    if (slots) {
      for (const ObjectId part : parts) {
        if (graph.kind(part) == ObjectKind::kDict) TRY(check_state_dict(part));
      }
      return ok();
    }
  }
  return fault(cat("the state of ", shown(*record.type), " is ", graph.described(state),
                   " of an unknown form"));
}

Status Machine::build_record(ObjectId id, ObjectId state) {
  Record& record = *session_.graph.mutable_at(id).record;
  if (record.state != kNoObject) return fault("the state is set twice");
  const AllowEntry* entry = record.type->entry;
  // Opaque records may have any state; their class is refused in strict mode anyway.
  if (entry != nullptr) TRY(check_state(record, state));
  record.state = state;
  if (entry != nullptr && entry->action == Action::kJoblibArray) {
    if (arrays_ == nullptr) return fault("an array wrapper inside an object array");
    return arrays_->read(*this, id);
  }
  return ok();
}

// What follows asks for objects from outside the file.
Status Machine::op_persid() {
  TRY_ASSIGN(const std::string_view text, line());
  TRY(refuse_opcode(ErrorCode::kUntrusted, "fetches an object from outside the file"));
  return push_text(text, ObjectKind::kBytes);
}

Status Machine::op_binpersid() {
  TRY(refuse_opcode(ErrorCode::kUntrusted, "fetches an object from outside the file"));
  TRY(pop());
  return op_none();
}

Status Machine::op_ext1() {
  TRY(need(1));
  next_ += 1;
  TRY(refuse_opcode(ErrorCode::kUntrusted, "imports by a number of copyreg's registry"));
  return op_none();
}
Status Machine::op_ext2() {
  TRY(need(2));
  next_ += 2;
  TRY(refuse_opcode(ErrorCode::kUntrusted, "imports by a number of copyreg's registry"));
  return op_none();
}
Status Machine::op_ext4() {
  TRY(need(4));
  next_ += 4;
  TRY(refuse_opcode(ErrorCode::kUntrusted, "imports by a number of copyreg's registry"));
  return op_none();
}

Status Machine::op_next_buffer() {
  TRY(refuse_opcode(ErrorCode::kUntrusted, "takes a buffer from outside the file"));
  return op_none();
}
Status Machine::op_readonly_buffer() {
  return refuse_opcode(ErrorCode::kUntrusted, "changes a buffer from outside the file");
}

}  // namespace tundish::pickle
