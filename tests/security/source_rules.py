"""What can do harm in source code, found by reading it; each rule has a list of what was looked at.

A pattern finds too much rather than too little: an entry of a list names the file, how often, and
why it is no harm there (OWASP ASVS 5.0, 1.2 and 1.3).
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = (
    "campaign_site",
    "donations",
    "events",
    "newsroom",
    "pages",
    "serving",
    "solidarity",
    "staff",
    "supporters",
    "watching",
)
PYTHON = {
    "markup that is not escaped": r"\bmark_safe\(|\bSafeString\(|\bSafeText\(|html_safe",
    "posts without a token": r"@csrf_exempt|csrf_exempt\(",
    "SQL by hand": r"\.raw\(|\.extra\(|\bRawSQL\(",
    "code made of words": r"(?<![\w.])(?:eval|exec|compile|__import__)\(",
    "objects made of bytes": r"\b(?:pickle|marshal|shelve|dill)\b|yaml\.load\(",
    "a shell": r"shell=True|os\.system\(|os\.popen\(",
    "templates made of words": r"(?<!Jinja)\bTemplate\(|Engine\(|from_string\(",
    "names for temporary files": r"\bmktemp\(",
    "certificates that nobody checks": r"CERT_NONE|check_hostname = False|verify=False|_create_unv",
    "randomness that can be guessed": r"\brandom\.(?:random|choice|rand|shuffle|sample)",
    "weak hashes": r"hashlib\.(?:md5|sha1|new)\(",
}
TEMPLATES = {
    "markup that is not escaped": r"\|\s*safe(?:seq)?\b",
    "escaping turned off": r"\{%\s*autoescape off",
    "code in an attribute": r"\son\w+\s*=\s*[\"']|javascript:",
    "code in the page": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/)[^>]*>",
    "plug-ins": r"<(?:object|embed|applet|frame|frameset)\b",
}
SCRIPTS = {
    "markup made of words": r"\.(?:innerHTML|outerHTML)\s*\+?=|insertAdjacentHTML|document\.write|"
    r"createContextualFragment|setHTMLUnsafe|DOMParser",
    "code made of words": r"\beval\(|new Function\(|set(?:Timeout|Interval)\(\s*[\"'`]",
    "messages of other windows": r"(?:window|globalThis)\.addEventListener\(\s*[\"']message",
    "prototypes": r"__proto__|\.prototype\s*\[|Object\.setPrototypeOf",
    "storage of the browser": r"\b(?:localStorage|sessionStorage)\b|document\.cookie",
}


def files(kind: str) -> Iterator[Path]:
    """The files of the product of this kind: py, html, txt or js; no tests, no migrations."""
    folders = APPS if kind == "py" else ("static/js",) if kind == "js" else ("templates",)
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(f"*.{kind}")):
            if not {"migrations", "node_modules", "__pycache__"} & set(path.parts):
                yield path


def occurrences(rules: dict[str, str], paths: Iterator[Path]) -> Counter:
    """How often each rule is met in each file, by (rule, path from the root)."""
    found: Counter = Counter()
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for rule, pattern in rules.items():
            if number := len(re.findall(pattern, text)):
                found[rule, _name(path)] += number
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def sql_from_parts(paths: Iterator[Path]) -> Counter:
    """How often ``execute`` gets a statement that is put together on the spot, by path."""
    found: Counter = Counter()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in {"execute", "executemany", "copy"} or not node.args:
                continue
            if any(_has_parts(part) for part in ast.walk(node.args[0])):
                found[_name(path)] += 1
    return found


def _has_parts(node: ast.AST) -> bool:
    """An f-string with something in it, a ``%`` or ``+`` of texts, or ``.format``."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(value, ast.FormattedValue) for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return True
    return isinstance(node, ast.Attribute) and node.attr == "format"


def moving_patterns(paths: Iterator[Path]) -> Counter:
    """How often a regular expression or a ``format`` string is no constant, by path."""
    found: Counter = Counter()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner, name = node.func.value, node.func.attr
            is_re = isinstance(owner, ast.Name) and owner.id == "re" and node.args
            if is_re and name in {"compile", "match", "search", "sub", "fullmatch", "findall"}:
                found[_name(path)] += not _is_constant(node.args[0])
            elif name in {"format", "format_map"} and not isinstance(owner, ast.Constant):
                found[_name(path)] += 1
    return +found


def _is_constant(node: ast.AST) -> bool:
    """A literal, a NAME in capitals, or an f-string of such."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id.isupper()
    if isinstance(node, ast.JoinedStr):
        return all(
            _is_constant(value.value if isinstance(value, ast.FormattedValue) else value)
            for value in node.values
        )
    return isinstance(node, ast.BinOp) and _is_constant(node.left) and _is_constant(node.right)
