"""Querysets that are compiled once a process and executed with other values each time.

Building and compiling the large querysets of a page costs more time than the database needs to
answer them. Here a function makes the queryset once, with parameters in the places of values:

    def _at(given, kind):
        return kind.objects.filter(url_path=given.url_path)

    prepared.fetch(_at, kind, url_path="/home/about/")

What is kept is keyed by the function and its further arguments, the structure. So the function
must be one of a module, those arguments few, and whatever changes between requests (times, too)
a parameter: nothing else of the SQL does. A list of values is a parameter of ``any_of``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, Value, prefetch_related_objects
from django.db.models.query import get_related_populators


@dataclass(frozen=True)
class _Slot:
    """The place of a value among the parameters of a statement."""

    name: str


class _Parameter(Value):
    """An expression whose value is filled in when the statement is executed."""

    def __init__(self, name: str) -> None:
        super().__init__(_Slot(name))

    def as_sql(self, compiler, connection):
        return "%s", [self.value]


class _Parameters:
    """What a builder is given: every attribute is the parameter of that name."""

    def __getattr__(self, name: str) -> _Parameter:
        return _Parameter(name)


class _Values:
    """Given to a builder instead to have the plain queryset: every attribute is its value."""

    def __init__(self, values: dict[str, object]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Value:
        return Value(self._values[name])


def any_of(name: str, values) -> Func:
    """The condition that the field ``name`` is one of a list; ``values`` is a parameter."""
    return Func(
        F(name),
        values,
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


class _Statement:
    """A compiled queryset of models: its SQL, and how rows become instances, as Django does it."""

    def __init__(self, queryset: QuerySet) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self._sql, params = compiler.as_sql()
        self._params = tuple(params)
        self.names = {param.name for param in params if isinstance(param, _Slot)}
        columns = [expression for expression, _, _ in compiler.select]
        self._converters = [
            (position, converters, expression)
            for position, (converters, expression) in compiler.get_converters(columns).items()
        ]
        info, mode, alias = compiler.klass_info, queryset._fetch_mode, connection.alias
        if mode.track_peers:
            raise ValueError("instances that fetch for each other cannot be prepared")
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column.target.attname for column in columns[first:last]]
        self._own = slice(first, last)
        self._make = partial(info["model"].from_db, alias, names, fetch_mode=mode)
        self._joined = get_related_populators(info, compiler.select, alias, mode)
        self._annotations = tuple(compiler.annotation_col_map.items())
        self._prefetched = queryset._prefetch_related_lookups

    def fetch(self, values: dict[str, object]) -> list:
        params = [
            values[param.name] if isinstance(param, _Slot) else param for param in self._params
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            rows = cursor.fetchall()
        found = [self._instance(list(row)) for row in rows]
        if found and self._prefetched:
            prefetch_related_objects(found, *self._prefetched)
        return found

    def _instance(self, row: list):
        for position, converters, expression in self._converters:
            value = row[position]
            for converter in converters:
                value = converter(value, expression, connection)
            row[position] = value
        made = self._make(row[self._own])
        for populator in self._joined:
            populator.populate(row, made)
        for name, position in self._annotations:
            setattr(made, name, row[position])
        return made


_statements: dict[tuple, _Statement] = {}


def fetch(build: Callable[..., QuerySet], *structure, **values) -> list:
    """Return what the queryset ``build(given, *structure)`` finds, ``given`` being ``values``.

    Raises ``ValueError`` when the statement does not take exactly these values.
    """
    key = (connection.alias, build, structure)
    statement = _statements.get(key)
    if statement is None:
        statement = _Statement(build(_Parameters(), *structure))
    if statement.names != values.keys():
        odd = sorted(statement.names ^ values.keys())
        raise ValueError(f"not both in the statement and given: {', '.join(odd)}")
    _statements[key] = statement
    return statement.fetch(values)


def plain(build: Callable[..., QuerySet], *structure, **values) -> QuerySet:
    """Return the queryset itself, which Django compiles anew: it finds the same."""
    return build(_Values(values), *structure)
