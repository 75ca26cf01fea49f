"""The errors of a registry that gave no schema: no answer, a refusal, another answer."""

from __future__ import annotations

from pytest_schema_registry.errors.checks import SchemaRegistryError


class RegistryUnavailable(SchemaRegistryError):
    """The registry did not answer the query.

    Args:
        url: The address that was requested, without credentials.
        reason: What happened instead of an answer.
        unreachable: True when no connection came about, so that every other request is futile.
        tried: The places where ``auto`` then looked without success.
        status: The HTTP status of the registry's answer; None where it gave none. With 200, the
            body is not JSON, such as a login page.
        advice: What to do about the reason; empty for the usual.
    """

    def __init__(  # noqa: PLR0917  # errors take their facts positionally, to be pickled
        self,
        url: str,
        reason: str,
        unreachable: bool = False,
        tried: tuple[str, ...] = (),
        status: int | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(url, reason, unreachable, tried, status, advice)
        self.url = url
        self.reason = reason
        self.unreachable = unreachable
        self.tried = tuple(tried)
        self.status = status
        self.advice = advice

    @property
    def is_page(self) -> bool:
        """True where a page came instead of JSON."""
        return self.status == 200

    @property
    def outage(self) -> str:
        """The reason why an old copy is used: what happened instead of an answer."""
        return f"no schema came back: {self.reason}" if self.is_page else self.reason

    def _text(self) -> str:
        advice = self.advice or f"check {self.address_setting} and the network"
        if self.is_page:
            headline = self.outage
        elif self.status is None:
            headline = f"the registry did not answer: {self.reason}"
        elif self.status >= 500:
            headline = f"the registry failed: {self.reason}"
            advice = self.advice or "look at the registry's own log"
        else:
            headline = f"the registry gave no schema: {self.reason}"
        lines = [headline, f"  asked: {self.url}", *self._origin()]
        lines += [f"  then tried: {what}" for what in self.tried]
        if not any("no recording of " in what for what in self.tried):
            advice += "; --registry-offline replays what was recorded"
        lines.append(f"  next: {advice}")
        return "\n".join(lines)


class RegistryRefused(SchemaRegistryError):
    """The registry answered, and the answer was no.

    Args:
        url: The address that was requested, without credentials.
        status: The HTTP status.
        excerpt: The first characters of the answer's text.
        authenticated: True when the request had credentials.
        credentials: The name of what the user gave them with; without any, the names of what they
            can be given with.
        advice: What to do about the answer; empty for the usual.
    """

    def __init__(  # noqa: PLR0917  # see above
        self,
        url: str,
        status: int,
        excerpt: str,
        authenticated: bool,
        credentials: str,
        advice: str = "",
    ) -> None:
        super().__init__(url, status, excerpt, authenticated, credentials, advice)
        self.url = url
        self.status = status
        self.excerpt = excerpt
        self.authenticated = authenticated
        self.credentials = credentials
        self.advice = advice

    def _text(self) -> str:
        lines = [f"the registry refused the request with status {self.status}"]
        lines += [f"  asked: {self.url}", *self._origin()]
        if self.excerpt:
            lines.append(f"  it said: {self.excerpt}")
        if self.advice:
            lines.append(f"  next: {self.advice}")
        elif self.status not in (401, 403):
            lines.append(
                f"  next: check {self.address_setting}, it may not be a schema registry's address"
            )
        elif self.authenticated and self.status == 401:
            is_token = "token" in self.credentials.lower()
            cause = "it may have expired" if is_token else "check the user and the password"
            lines.append(f"  next: the registry does not accept {self.credentials}; {cause}")
        elif self.authenticated:
            lines.append(f"  next: check that {self.credentials} may read this schema")
        else:
            lines.append(f"  next: set {self.credentials}")
        return "\n".join(lines)


_LOOK = (
    "open that address yourself; the documentation's page 'Registries' shows what is expected there"
)


class InvalidAnswer(SchemaRegistryError):
    """The registry answered something else than what was asked.

    Args:
        url: The address that was requested, without credentials.
        reason: What is wrong with the answer.
        advice: What to do next; empty where that is not known.
    """

    def __init__(self, url: str, reason: str, advice: str = "") -> None:
        super().__init__(url, reason, advice)
        self.url = url
        self.reason = reason
        self.advice = advice

    def _text(self) -> str:
        return (
            f"the registry's answer cannot be used: {self.reason}\n"
            + "".join(f"{line}\n" for line in (f"  asked: {self.url}", *self._origin()))
            + f"  next: {self.advice or _LOOK}"
        )


class SchemaNotFound(SchemaRegistryError):
    """The registry has no such schema, or no such release of it.

    Args:
        name: The schema's name.
        version: The version line that was asked.
        release: The release that was asked, or None for the current one.
        where: The source of that: a URL, a directory, a cache entry and its age, a cassette.
        advice: What to do next.
    """

    def __init__(
        self, name: str, version: str, release: str | None, where: str, advice: str
    ) -> None:
        super().__init__(name, version, release, where, advice)
        self.name = name
        self.version = version
        self.release = release
        self.where = where
        self.advice = advice

    def _text(self) -> str:
        release = f" in release {self.release}" if self.release else ""
        return (
            f"no schema {self.name} in {self.version}{release}\n"
            + "".join(f"{line}\n" for line in (f"  according to: {self.where}", *self._origin()))
            + f"  next: {self.advice}"
        )
