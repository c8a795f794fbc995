"""`dataclass` without the price: the same decorator, made for programs that start often.

The standard one writes and compiles the source of six methods for every class, about a millisecond each; with a
hundred small classes that is a quarter of the time in which a template has been judged. This one shares ready-made
methods between all classes. Fields, `fields()`, `replace()`, `asdict()`, matching and `__post_init__` work as ever;
type checkers see the standard decorator. Instances have no `__slots__`, unless the class is `packed`: of what is there
by the ten thousand (verdicts, evidence), an instance takes half the room and the time.
"""

from __future__ import annotations

import abc
import dataclasses
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
    from dataclasses import dataclass as packed
else:

    def packed(**_as_the_standard_one):
        """A frozen record with slots. What a class names in `__beside__` is a slot that is no field: for what is worked out later."""
        return _pack

    def dataclass(cls=None, /, *, frozen=False, order=False, slots=False, **rest):
        """As `dataclasses.dataclass`; whatever is not frozen, or ordered, is left to the standard one."""
        if not frozen or order or rest:
            return dataclasses.dataclass(cls, frozen=frozen, order=order, slots=slots, **rest)
        return _make if cls is None else _make(cls)


__all__ = ["dataclass", "packed"]


def _make(cls: type) -> type:
    own = vars(cls)
    plain: Any = _described(cls)
    fields = dataclasses.fields(plain)
    shared: dict[str, Any] = {"__record__": tuple(f.name for f in fields), "__setattr__": _refuse_set, "__delattr__": _refuse_delete}
    shared["__given__"] = {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}
    shared["__made__"] = {f.name: f.default_factory for f in fields if f.default_factory is not dataclasses.MISSING}
    for name, method in {"__init__": _init, "__repr__": _repr, "__eq__": _equal, "__hash__": _hash}.items():
        if name not in own or (name == "__hash__" and own[name] is None):
            shared[name] = method
    for name, value in shared.items():
        type.__setattr__(plain, name, value)
    made: type = plain
    return made


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class _Model:
    """What the standard decorator says of a frozen class with fields."""

    one: None


_PARAMS: Any = vars(_Model)["__dataclass_params__"]
"""Frozen, so that ordinary frozen dataclasses may inherit."""
_KIND: Any = dataclasses.fields(_Model)[0]._field_type  # type: ignore[attr-defined]
_SPECIAL = ("ClassVar", "InitVar", "KW_ONLY")


def _described(cls: type) -> type:
    """The class with its fields as `dataclasses` describes them. The standard decorator does the same in five times the time, and
    is left those with members that are no fields."""
    notes = inspect.get_annotations(cls)
    if any(word in (note if isinstance(note, str) else repr(note)) for note in notes.values() for word in _SPECIAL):
        inherits = any(hasattr(base, "__record__") for base in cls.__mro__[1:])
        plain: Any = dataclasses.dataclass(init=False, repr=False, eq=False, frozen=inherits)(cls)
        plain.__dataclass_params__.frozen = True
        return cls
    found: dict[str, Any] = {}
    for base in cls.__mro__[-1:0:-1]:
        found.update(getattr(base, "__dataclass_fields__", {}))
    for name, note in notes.items():
        default = getattr(cls, name, dataclasses.MISSING)
        given = isinstance(default, dataclasses.Field)
        if not given and default.__class__.__hash__ is None:
            raise ValueError(f"mutable default {type(default)} for field {name} is not allowed: use default_factory")
        one: Any = default if given else dataclasses.field(default=default)
        one.name, one.type, one._field_type, one.kw_only = name, note, _KIND, False
        found[name] = one
        if given and one.default is dataclasses.MISSING:
            delattr(cls, name)
        elif given:
            setattr(cls, name, one.default)
    said: dict[str, Any] = {"__dataclass_fields__": found, "__dataclass_params__": _PARAMS}
    if "__match_args__" not in vars(cls):
        said["__match_args__"] = tuple(found)
    for name, value in said.items():
        setattr(cls, name, value)
    abc.update_abstractmethods(cls)
    return cls


_OFTEN = 64
"""Objects of a class after which it gets a constructor of its own: compiling one costs what these took."""


def _init(self: Any, *args: Any, **named: Any) -> None:
    cls = type(self)
    names = self.__record__
    if cls.__dict__.get("__init__") is _init:
        count = cls.__dict__.get("__count__", 0) + 1
        type.__setattr__(cls, "__count__", count)
        if count == _OFTEN:
            type.__setattr__(cls, "__init__", _constructor(cls))
    values = self.__dict__
    if len(args) > len(names):
        raise TypeError(f"{type(self).__name__} takes {len(names)} values, {len(args)} were given")
    values.update(zip(names, args, strict=False))
    if named:
        for name, value in named.items():
            if name not in names or name in values:
                raise TypeError(f"{type(self).__name__} got {'no' if name not in names else 'twice a'} field {name!r}")
            values[name] = value
    if len(values) < len(names):
        given, made = self.__given__, self.__made__
        for name in names:
            if name not in values:
                if name in given:
                    values[name] = given[name]
                elif name in made:
                    values[name] = made[name]()
                else:
                    raise TypeError(f"{type(self).__name__} needs {name!r}")
    after = getattr(self, "__post_init__", None)
    if after is not None:
        after()


def _constructor(cls: Any) -> Any:
    """What `_init` does, written out for one class."""
    given, made = cls.__given__, cls.__made__
    scope: dict[str, Any] = {f"_given_{name}": value for name, value in given.items()} | {f"_made_{name}": value for name, value in made.items()} | {"_none": object()}
    arguments: list[str] = []
    for name in cls.__record__:
        optional = name in given or name in made
        if not optional and any("=" in argument for argument in arguments):
            return _init  # a field without default behind one with: left to the general way
        arguments.append(f"{name}=_given_{name}" if name in given else f"{name}=_none" if name in made else name)
    lines = [f"    own[{name!r}] = {name if name not in made else f'_made_{name}() if {name} is _none else {name}'}" for name in cls.__record__]
    after = ["    self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    exec("\n".join([f"def __init__(self, {', '.join(arguments)}):", "    own = self.__dict__", *lines, *after]), scope)  # noqa: S102 - names of fields
    return scope["__init__"]


def _pack(cls: type) -> type:
    """Two classes: one that can be written to, in which an instance begins, and the frozen one that it becomes."""
    plain: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    fields = dataclasses.fields(plain)
    names = tuple(f.name for f in fields)
    given = {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}
    made = {f.name: f.default_factory for f in fields if f.default_factory is not dataclasses.MISSING}
    own = {name: value for name, value in vars(plain).items() if name not in (*names, "__dict__", "__weakref__")}
    generic = {"__orig_bases__": own.pop("__orig_bases__")} if "__orig_bases__" in own else {}
    room = {"__slots__": (*names, *own.pop("__beside__", ())), "__module__": cls.__module__, "__qualname__": cls.__qualname__}
    begun: Any = type(cls)(cls.__name__, cls.__bases__, room | generic)
    shared = {
        "__slots__": (), "__record__": names, "__given__": given, "__made__": made, "__begun__": begun, "__new__": _new, "__setattr__": _refuse_set, "__delattr__": _refuse_delete,
        "__repr__": _repr, "__eq__": _packed_equal, "__hash__": _packed_hash, "__reduce__": _reduce, "__match_args__": names, "__count__": 0,
    }  # fmt: skip
    whole: Any = type(cls)(cls.__name__, (begun,), {**own, **shared, **generic})
    whole.__dataclass_params__.frozen = True
    result: type = whole
    return result


def _new(cls: Any, /, *args: Any, **named: Any) -> Any:
    """The first instances of a packed class; for the many that follow a constructor is written."""
    made = object.__new__(cls.__begun__)
    names = cls.__record__
    if len(args) > len(names):
        raise TypeError(f"{cls.__name__} takes {len(names)} values, {len(args)} were given")
    values = dict(zip(names, args, strict=False))
    for name, value in named.items():
        if name not in names or name in values:
            raise TypeError(f"{cls.__name__} got {'no' if name not in names else 'twice a'} field {name!r}")
        values[name] = value
    for name in names:
        if name in values:
            value = values[name]
        elif name in cls.__given__:
            value = cls.__given__[name]
        elif name in cls.__made__:
            value = cls.__made__[name]()
        else:
            raise TypeError(f"{cls.__name__} needs {name!r}")
        setattr(made, name, value)
    made.__class__ = cls
    count = cls.__count__ + 1
    type.__setattr__(cls, "__count__", count)
    if count == _OFTEN:
        type.__setattr__(cls, "__new__", staticmethod(_writer(cls)))
    return made


def _writer(cls: Any) -> Any:
    """What `_new` does, written out for one class."""
    given, made = cls.__given__, cls.__made__
    scope: dict[str, Any] = {f"_given_{name}": value for name, value in given.items()} | {f"_made_{name}": value for name, value in made.items()}
    scope |= {"_none": object(), "_begin": object.__new__, "_begun": cls.__begun__}
    arguments = [f"{name}=_given_{name}" if name in given else f"{name}=_none" if name in made else name for name in cls.__record__]
    lines = [f"    new.{name} = {name if name not in made else f'_made_{name}() if {name} is _none else {name}'}" for name in cls.__record__]
    text = "\n".join([f"def __new__(cls, {', '.join(arguments)}):", "    new = _begin(_begun)", *lines, "    new.__class__ = cls", "    return new"])
    exec(text, scope)  # noqa: S102 - names of fields
    return scope["__new__"]


def _packed_values(self: Any) -> tuple[Any, ...]:
    return tuple([getattr(self, name) for name in self.__record__])


def _packed_equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    for name in self.__record__:
        own, theirs = getattr(self, name), getattr(other, name)
        if own is not theirs and own != theirs:
            return False
    return True


def _packed_hash(self: Any) -> int:
    return hash(_packed_values(self))


def _reduce(self: Any) -> tuple[type, tuple[Any, ...]]:
    return type(self), _packed_values(self)


def _values(self: Any) -> tuple[Any, ...]:
    own = self.__dict__
    return tuple(own[name] for name in self.__record__)


def _equal(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_set(_self: Any, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(_self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
