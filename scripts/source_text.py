"""Reads C++ text for the checkers: comments and literals blanked, functions found by their braces."""
import re

TOKEN = re.compile(
    r'(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)'
    r'|(?P<raw>R"(?P<mark>[^(\s]{0,16})\(.*?\)(?P=mark)")'
    r'|(?P<literal>"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\')', re.S)


def blank(text):
    """The same text with comments and the inside of literals replaced by spaces; lines stay."""
    def replacement(match):
        kept = re.sub(r"[^\n]", " ", match.group(0))
        return '"' + kept[1:-1] + '"' if match.group("raw") or match.group("literal") else kept
    return TOKEN.sub(replacement, text)


def blank_preprocessor(text):
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.M)


SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")


def head_is_scope(head):
    """Whether the text before `{` opens a namespace, a type or a linkage block."""
    if not SCOPE.search(head):
        return False
    stripped = re.sub(r"\b(alignas|__attribute__|decltype)\s*\([^()]*(\([^()]*\))*[^()]*\)", " ", head)
    return "(" not in stripped


def functions(text):
    """(name, first line, last line) of each function with a body in blanked text."""
    text = blank_preprocessor(text)
    found, stack, head_start = [], [], 0
    for match in re.finditer(r"[{};]", text):
        at, mark = match.start(), match.group(0)
        inside_scopes = all(kind == "scope" for kind, _, _ in stack)
        if mark == "{":
            head = text[head_start:at]
            if not inside_scopes:
                stack.append(("inner", 0, ""))
            elif head_is_scope(head):
                stack.append(("scope", 0, ""))
                head_start = at + 1
            elif "(" in head and not re.search(r"[=,(]\s*$", head) and not in_initialiser(head):
                start = head_start + len(head) - len(head.lstrip())
                stack.append(("function", start, function_name(head)))
            else:
                stack.append(("value", 0, ""))
        elif mark == "}":
            if not stack:
                continue
            kind, start, name = stack.pop()
            if kind == "function":
                found.append((name, text.count("\n", 0, start) + 1, text.count("\n", 0, at) + 1))
            if kind in ("function", "scope"):
                head_start = at + 1
        elif inside_scopes:
            head_start = at + 1
    return found


def in_initialiser(head):
    """`{` of a member in a constructor's list: `: a_{1}, b_{2} {` has a name right before it."""
    colon = re.search(r"\)\s*(?:noexcept\s*)?:[^:]", head)
    return bool(colon) and re.search(r"\w\s*$", head) is not None


def function_name(head):
    test = re.search(r"\b(TEST(?:_[FP])?|TYPED_TEST)\s*\(\s*(\w+)\s*,\s*(\w+)", head)
    if test:
        return "%s.%s" % (test.group(2), test.group(3))
    names = re.findall(r"([\w:~]+|operator\s*\S+?)\s*\(", head)
    names = [name for name in names if name not in ("noexcept", "alignas", "decltype", "__attribute__")]
    return names[0] if names else "?"
