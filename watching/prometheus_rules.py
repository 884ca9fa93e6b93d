"""The alerts' rules in the form that Prometheus reads (deploy/alerts/prometheus.rules.yml)."""

import json
from collections.abc import Iterator

from watching.measures import all_measures
from watching.rules import DATABASE_REACHABLE, RULES, Condition, Rule

_HEADING = """\
# Made by `python manage.py alert_rules` from watching/rules.py, which the site's own alerts follow
# too. Do not edit it. Each alert is explained in docs/watching.md.
groups:
  - name: campaign
    interval: 30s
    rules:
      # What only somebody else can see.
      - alert: SiteDown
        expr: up{job="campaign"} == 0
        for: 2m
        labels:
          severity: page
        annotations:
          summary: "The site does not answer its monitor"
          description: "Nobody may be able to reach it."
          action: "Look at the web server and at the application’s service for the staff."
"""


def as_yaml() -> str:
    """Return the whole file; strings are written as JSON, which YAML reads as well."""
    return _HEADING + "".join(line + "\n" for rule in RULES for line in _lines(rule))


def _lines(rule: Rule) -> Iterator[str]:
    name = "".join(part.capitalize() for part in rule.key.split("-"))
    yield f"      - alert: {name}"
    yield f"        expr: {json.dumps(_expression(rule))}"
    yield f"        for: {rule.for_seconds}s"
    yield "        labels:"
    yield f"          severity: {'page' if rule.is_urgent else 'ticket'}"
    yield "        annotations:"
    for key, text in (
        ("summary", rule.title),
        ("description", rule.why),
        ("action", rule.what_to_do),
    ):
        yield f"          {key}: {json.dumps(text, ensure_ascii=False)}"


def _expression(rule: Rule) -> str:
    return " or ".join(part for one in rule.conditions for part in _parts(one))


def _parts(condition: Condition) -> Iterator[str]:
    """What PromQL says for a condition: the worst number of the site, or of each machine."""
    measure = all_measures().get(condition.measure)
    is_local = condition.measure == DATABASE_REACHABLE or (measure and measure.is_local)
    each = " by (instance)" if is_local else ""
    if condition.above is not None:
        yield f"max{each} ({condition.measure}) > {condition.above:.15g}"
    if condition.below is not None:
        yield f"min{each} ({condition.measure}) < {condition.below:.15g}"
    if condition.when_missing:
        yield f"absent({condition.measure})"
