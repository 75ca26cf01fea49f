"""The exceptions and warnings of this package, as one tree.

    Exception
    └── SchemaRegistryError         nothing could be checked, so the test errors
        ├── InvalidSettings         an option, ini value, environment variable or marker is wrong
        ├── RegistryUnavailable     the registry did not answer: down, too slow, 5xx, a login page
        ├── RegistryRefused         it answered, and the answer was no: 401, 403, other 4xx
        ├── InvalidAnswer           it answered something else than what was asked
        ├── SchemaNotFound          it answered that it has no such schema
        ├── InvalidSchema           the schema itself is wrong, so no payload can be judged by it
        │   └── UnsupportedPattern  a pattern is none that the engine can match
        ├── UnsupportedSchemaType   the schema is in a language that is not checked: Protobuf
        ├── WrongSchemaId           the payload's bytes have the id of another subject's schema
        ├── CassetteMissing         replay has no recording of what the test needs
        ├── CassetteDamaged         the recording is there and cannot be used
        ├── CassetteNotWritten      recording could not write its file
        ├── CacheLocked             another process holds a cache lock beyond the time allowed
        ├── SchemaDeprecated        the schema is deprecated, and that is not accepted
        ├── PayloadNotJSON          the payload has a value that JSON has no form for
        └── NothingChecked          the test asked for a check, and made none
    AssertionError
    ├── ContractViolation           the payload breaks the contract, so the test fails
    └── IncompatibleSchemas         two schemas are incompatible or undecided, so the test fails
    UserWarning
    └── SchemaRegistryWarning
        ├── CompatibilityWarning    the registry judges compatibility in another way than we do
        ├── ContractWarning         a payload breaks a contract that is not enforced
        ├── DeprecatedSchemaWarning the registry marks a schema as deprecated
        ├── StaleSchemaWarning      a schema was served although it is old
        ├── UncheckedWarning        a schema, or a word in it, asserts nothing
        └── CacheWarning            the cache directory cannot be used

Every exception carries its facts as attributes, and builds its text from them. It takes them
positionally, so that it pickles and crosses from one xdist process to another.
"""

from pytest_schema_registry.errors.answers import InvalidAnswer as InvalidAnswer
from pytest_schema_registry.errors.answers import RegistryRefused as RegistryRefused
from pytest_schema_registry.errors.answers import RegistryUnavailable as RegistryUnavailable
from pytest_schema_registry.errors.answers import SchemaNotFound as SchemaNotFound
from pytest_schema_registry.errors.checks import InvalidSettings as InvalidSettings
from pytest_schema_registry.errors.checks import NothingChecked as NothingChecked
from pytest_schema_registry.errors.checks import PayloadNotJSON as PayloadNotJSON
from pytest_schema_registry.errors.checks import SchemaRegistryError as SchemaRegistryError
from pytest_schema_registry.errors.copies import CacheLocked as CacheLocked
from pytest_schema_registry.errors.copies import CassetteDamaged as CassetteDamaged
from pytest_schema_registry.errors.copies import CassetteMissing as CassetteMissing
from pytest_schema_registry.errors.copies import CassetteNotWritten as CassetteNotWritten
from pytest_schema_registry.errors.schemas import InvalidSchema as InvalidSchema
from pytest_schema_registry.errors.schemas import SchemaDeprecated as SchemaDeprecated
from pytest_schema_registry.errors.schemas import UnsupportedPattern as UnsupportedPattern
from pytest_schema_registry.errors.schemas import (
    UnsupportedSchemaType as UnsupportedSchemaType,
)
from pytest_schema_registry.errors.schemas import WrongSchemaId as WrongSchemaId
from pytest_schema_registry.errors.verdicts import ContractViolation as ContractViolation
from pytest_schema_registry.errors.verdicts import IncompatibleSchemas as IncompatibleSchemas
from pytest_schema_registry.errors.warnings import CacheWarning as CacheWarning
from pytest_schema_registry.errors.warnings import CompatibilityWarning as CompatibilityWarning
from pytest_schema_registry.errors.warnings import ContractWarning as ContractWarning
from pytest_schema_registry.errors.warnings import (
    DeprecatedSchemaWarning as DeprecatedSchemaWarning,
)
from pytest_schema_registry.errors.warnings import SchemaRegistryWarning as SchemaRegistryWarning
from pytest_schema_registry.errors.warnings import StaleSchemaWarning as StaleSchemaWarning
from pytest_schema_registry.errors.warnings import UncheckedWarning as UncheckedWarning

# Tracebacks show the name that users import.
for _kind in tuple(globals().values()):
    if isinstance(_kind, type) and issubclass(_kind, BaseException):
        _kind.__module__ = __name__.rpartition(".")[0]
