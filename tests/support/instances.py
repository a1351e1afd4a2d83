"""Hypothesis strategies for values of the model, made from their own declarations."""

import sys
from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Any

import msgspec.inspect as mi
from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
"""Whatever a store can keep."""


def instances(of: Any, fields: Mapping[str, st.SearchStrategy[Any]] | None = None) -> st.SearchStrategy[Any]:
    """Values of a type. `fields` gives strategies for struct fields by name, wherever they occur."""
    return _strategy(mi.type_info(of), fields or {})


def _strategy(info: mi.Type, fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    match info:
        case mi.Metadata():
            return _strategy(info.type, fields)
        case mi.StructType():
            return _struct(info, fields)
        case mi.UnionType():
            return reduce(or_, (_strategy(member, fields) for member in info.types))
        case mi.VarTupleType():
            items = _strategy(info.item_type, fields)
            return st.lists(items, min_size=info.min_length or 0, max_size=3).map(tuple)
        case mi.DictType():
            keys, values = _strategy(info.key_type, fields), _strategy(info.value_type, fields)
            return st.dictionaries(keys, values, min_size=info.min_length or 0, max_size=3)
        case _:
            return _SCALARS[type(info)](info)


def _struct(info: mi.StructType, fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return st.builds(
        info.cls,
        **{f.name: fields[f.name] if f.name in fields else _strategy(f.type, fields) for f in info.fields},
    )


def _text(info: mi.StrType) -> st.SearchStrategy[str]:
    if info.pattern:
        return st.from_regex(info.pattern.replace("$", r"\Z"))
    most = min(info.max_length or 20, 20)
    return st.text(
        st.characters(codec="utf-8", exclude_characters="\0"), min_size=info.min_length or 0, max_size=most
    )


def _floats(info: mi.FloatType) -> st.SearchStrategy[float]:
    least = info.ge if info.ge is not None else info.gt
    most = info.le if info.le is not None else info.lt
    return st.floats(
        -sys.float_info.max if least is None else least,
        sys.float_info.max if most is None else most,
        exclude_min=info.gt is not None,
        exclude_max=info.lt is not None,
        allow_nan=False,
    )


def _integers(info: mi.IntType) -> st.SearchStrategy[int]:
    return st.integers(-(2**62) if info.ge is None else info.ge, 2**62 if info.le is None else info.le)


_SCALARS: dict[type[mi.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    mi.LiteralType: lambda info: st.sampled_from(list(info.values)),
    mi.StrType: _text,
    mi.IntType: _integers,
    mi.FloatType: _floats,
    mi.BoolType: lambda _: st.booleans(),
    mi.NoneType: lambda _: st.none(),
    mi.AnyType: lambda _: st.none() | st.booleans() | TEXT,
}
