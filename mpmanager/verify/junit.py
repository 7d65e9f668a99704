"""A proof as JUnit XML, for machines that collect results of tests."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mpmanager.verify.report import AttemptInfo, CaseInfo, ProofInfo
from mpmanager.verify.verdict import Verdict

_ELEMENTS = {
    Verdict.FAILED: "failure",
    Verdict.INCONCLUSIVE: "error",
    Verdict.NOT_VERIFIED: "skipped",
    Verdict.NOTHING_TO_TRY: "skipped",
    Verdict.NOT_RESTRICTED: "skipped",
}


def document(proof: ProofInfo) -> str:
    """A suite for each demand, a case for each attempt, and one for each thing that was settled without any."""
    root = Element("testsuites", name="mpm verify trust", time=f"{proof.took_s:.3f}")
    for case in proof.cases:
        _suite(root, case)
    _count(root, [each for suite in root for each in suite])
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, case: CaseInfo) -> None:
    where = f" in {case.cgroup}" if case.cgroup is not None else ""
    suite = SubElement(root, "testsuite", name=_clean(f"{case.rule}{where}: {case.demand}"))
    for check in case.checks:
        class_name = _clean(f"{case.rule}.{check.path or 'all paths'}")
        for attempt in check.attempts:
            entry = SubElement(suite, "testcase", classname=class_name, name=_name(attempt))
            _judge(entry, attempt.verdict, f"expected {check.expected}; {attempt.reason}")
        if not check.attempts:
            entry = SubElement(suite, "testcase", classname=class_name, name=str(check.traffic or "all traffic"))
            _judge(entry, check.verdict, f"{check.verdict}: {check.seen}")
    _count(suite, list(suite))


def _name(attempt: AttemptInfo) -> str:
    return f"{attempt.traffic} {attempt.manner} IPv{attempt.ip_version}"


def _judge(entry: Element, verdict: Verdict, words: str) -> None:
    if verdict in _ELEMENTS:
        SubElement(entry, _ELEMENTS[verdict], message=_clean(words))


def _count(element: Element, entries: list[Element]) -> None:
    element.set("tests", str(len(entries)))
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        element.set(attribute, str(sum(each.find(kind) is not None for each in entries)))


def _clean(text: str) -> str:
    """XML has no place for control characters, and somebody else may have named a cgroup."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)
