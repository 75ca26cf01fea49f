"""The alert of `alerts_v1` after changes that its readers notice."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Threshold(BaseModel):
    kind: Literal["threshold"] = "threshold"
    metric: str = Field(min_length=1, max_length=120)
    operator: Literal["<", ">"]
    value: float
    minutes: int = Field(default=5, ge=1, le=720)


class AllOf(BaseModel):
    kind: Literal["all_of"] = "all_of"
    rules: list["Rule"] = Field(min_length=2)


class NoneOf(BaseModel):
    kind: Literal["none_of"] = "none_of"
    rule: "Rule"


Rule = Annotated[Threshold | AllOf | NoneOf, Field(discriminator="kind")]


class Email(BaseModel):
    channel: Literal["email"]
    address: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")


class Pager(BaseModel):
    channel: Literal["pager"]
    number: str = Field(pattern=r"^\+[0-9]{8,15}$")


class Alert(BaseModel):
    """An alert was raised, or changed its state."""

    tenant: str = Field(description="Whose alert it is")
    alert_id: str = Field(pattern="^[a-z0-9-]{8,36}$", description="Stable across states")
    state: Literal["raised", "acknowledged", "silenced", "resolved"]
    rule: Rule = Field(description="What has to hold for the alert to be raised")
    targets: list[Annotated[Email | Pager, Field(discriminator="channel")]]
    raised_at: datetime
    note: str | None = Field(default=None, max_length=500)
