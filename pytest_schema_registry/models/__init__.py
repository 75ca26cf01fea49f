"""The models of code under test, as schemas and as judges of payloads.

``model_of`` in ``model`` takes a model in the user's words: see there for the kinds of models, and
for what each of them can do. Only this room imports pydantic and msgspec, and only when a model of
theirs is given.
"""
