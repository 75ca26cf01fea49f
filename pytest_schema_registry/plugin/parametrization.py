"""The runs of a contract test: one for each schema and version line, each with its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry.addresses import Address
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.plugin import items
from pytest_schema_registry.plugin.raw_options import OUR_VERSIONS, VERSION

if TYPE_CHECKING:
    from pytest_schema_registry.contracts.contract import Contract
    from pytest_schema_registry.contracts.explanation import Advice
    from pytest_schema_registry.contracts.model_contract import ModelContract
    from pytest_schema_registry.plugin.markers import MarkerArgs
    from pytest_schema_registry.plugin.session import PluginSession
    from pytest_schema_registry.schemas import SchemaRequest

#: The parameter of a test whose markers name several schemas.
NAME = "_registry_name"


class Parametrization:
    """The reader of tests' markers and parameters, which tell what a run is about.

    Args:
        process: Gives the current test, the settings, and all that a contract needs.
    """

    def __init__(self, process: PluginSession) -> None:
        self._process = process
        # Prefetching and the test itself ask, and markers are slow to read.
        self._marker_args: dict[pytest.Item, MarkerArgs] = {}
        # What a contract has retrieved and compiled serves all tests with the same request.
        self._contracts: dict[tuple[SchemaRequest, tuple[str, ...], Advice | None], Contract] = {}
        # The same contracts, by the markers, the parameters and the version of runs that had them.
        self._of_runs: dict[tuple[MarkerArgs, str | None, str | None, str | None], Contract] = {}

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize a contract test by its names and its version lines, or else the session's."""
        try:
            args = items.marker_args(metafunc.definition)
        except InvalidSettings as exc:
            raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: {exc}") from None
        # Absent where the user's own fixture or parametrize takes the place of ours.
        is_ours = OUR_VERSIONS in metafunc.fixturenames and not args.prefer
        versions = args.versions or (self._process.versions if is_ours else ())
        runs = args.runs(versions) if is_ours else None
        if runs is not None and len(args.names) > 1:
            metafunc.fixturenames.append(NAME)
            ids = [f"{Address.parse(name).name}-{version}" for name, version in runs]
            metafunc.parametrize((NAME, VERSION), runs, indirect=[VERSION], ids=ids)
            return
        if len(args.names) > 1:
            metafunc.fixturenames.append(NAME)
            metafunc.parametrize(NAME, args.names)
        if is_ours:
            of_name = versions if runs is None else [version for _, version in runs]
            metafunc.parametrize(VERSION, of_name, indirect=True)

    @property
    def version(self) -> str:
        """The version line that the current test is about."""
        __tracebackhide__ = True
        assert self._process.item is not None  # noqa: S101  # only tests ask
        version: str | None = items.params(self._process.item).get(VERSION)
        with self._process.test.unseen:
            return version or self.contract_of_test(None).schemas.version

    def marker_args(self, item: pytest.Item) -> MarkerArgs:
        """Return the combined arguments of a collected test's markers.

        Raises:
            InvalidSettings: A marker cannot be understood.
        """
        args = self._marker_args.get(item)
        if args is None:
            args = self._marker_args[item] = items.marker_args(item)
        return args

    def contract_of_test(self, version: str | None) -> Contract:
        """Return the current test's contract, which all tests with the same request share.

        Args:
            version: The version line it is about; None where that is negotiated.

        Raises:
            InvalidSettings: A marker is wrong, or came too late to choose names and versions.
        """
        __tracebackhide__ = True
        with self._process.test.unseen:
            assert self._process.item is not None  # noqa: S101  # only tests ask
            args, params = self.marker_args(self._process.item), items.params(self._process.item)
            name, parameter = params.get(NAME), params.get(VERSION)
            run = args, name, parameter, version
            contract = self._of_runs.get(run)
            if contract is not None:
                return contract
            if not args.is_run_by(name, parameter):
                raise InvalidSettings(
                    "@pytest.mark.registry_schema",
                    "on a parameter, or on a test that is collected already, it can no longer "
                    "choose names and versions; put it on the test",
                )
            contract = self.contract(args.request(name, version), args.versions)
            return self._of_runs.setdefault(run, contract)

    def model_contract_of_test(self, version: str | None) -> ModelContract:
        """Return the current test's checks of models.

        Args:
            version: The version line that they are about; None where that is negotiated.

        Raises:
            InvalidSettings: As in :meth:`contract_of_test`.
        """
        __tracebackhide__ = True
        from pytest_schema_registry.contracts.model_contract import ModelContract

        process = self._process
        return ModelContract(
            self.contract_of_test(version),
            process.evolution,
            process.judge,
            process.rollout,
            verbose=process.verbosity > 1,
        )

    def contract(
        self,
        request: SchemaRequest,
        versions: tuple[str, ...] = (),
        advice: Advice | None = None,
    ) -> Contract:
        """Return the contract of a run, which all runs with the same request share.

        Args:
            request: The request for the schema that it is about.
            versions: The version lines that its test runs against; empty for the session's.
            advice: What a user can do about a violation; None for that in a test.
        """
        __tracebackhide__ = True
        contract = self._contracts.get((request, versions, advice))
        if contract is None:
            from pytest_schema_registry.contracts.contract import Contract
            from pytest_schema_registry.contracts.explanation import IN_A_TEST

            process = self._process
            contract = self._contracts[request, versions, advice] = Contract(
                process.source,
                process.judge,
                request,
                process.rollout,
                versions=versions or process.versions,
                verbose=process.verbosity > 1,
                replay=process.replay,
                advice=advice or IN_A_TEST,
            )
        return contract
