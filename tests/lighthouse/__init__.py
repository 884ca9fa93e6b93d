"""Lighthouse on every kind of public page of the shipped site: ``make drill-lighthouse``."""
