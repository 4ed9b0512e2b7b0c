"""What must happen after a decision: the closed set of effects, all of them applied in one transaction."""

from bot.model.effects.asking import (
    Asked,
    Entrust,
    Escalate,
    Handle,
    Miss,
    Opinion,
    Propose,
    ProposeEntry,
    Rate,
    Relay,
    Settle,
    ShareContext,
    Talk,
    TellTeam,
)
from bot.model.effects.gathering import CheckIn, CheckOut, News, OpenDoor, Publish, Register, RemindNow
from bot.model.effects.keeping import (
    AddTask,
    Begin,
    CancelTimer,
    Erase,
    Finish,
    Forget,
    Problem,
    Reach,
    Remember,
    SetLanguage,
    SetPreferences,
    SetTimer,
)
from bot.model.effects.staffing import (
    AgreeRoster,
    Amend,
    Announce,
    Audit,
    Direct,
    ExportRoster,
    ImportRoster,
    Invite,
    ReportOn,
    SetDigest,
    TakeRole,
    Unrole,
)
from bot.model.effects.talking import Edit, Export, HandOut, NewFile, Send

Effect = (
    Send
    | Edit
    | Export
    | HandOut
    | Remember
    | Forget
    | SetTimer
    | CancelTimer
    | AddTask
    | Problem
    | Begin
    | Finish
    | SetLanguage
    | SetPreferences
    | Reach
    | Erase
    | Miss
    | Asked
    | Opinion
    | Settle
    | Propose
    | ProposeEntry
    | Escalate
    | TellTeam
    | Relay
    | Entrust
    | Handle
    | Talk
    | ShareContext
    | Rate
    | Register
    | Publish
    | CheckIn
    | CheckOut
    | OpenDoor
    | RemindNow
    | Announce
    | Direct
    | Amend
    | ReportOn
    | Invite
    | TakeRole
    | Unrole
    | ExportRoster
    | ImportRoster
    | AgreeRoster
    | SetDigest
    | Audit
)

__all__ = [
    "AddTask",
    "AgreeRoster",
    "Amend",
    "Announce",
    "Asked",
    "Audit",
    "Begin",
    "CancelTimer",
    "CheckIn",
    "CheckOut",
    "Direct",
    "Edit",
    "Effect",
    "Entrust",
    "Erase",
    "Escalate",
    "Export",
    "ExportRoster",
    "Finish",
    "Forget",
    "HandOut",
    "Handle",
    "ImportRoster",
    "Invite",
    "Miss",
    "NewFile",
    "News",
    "OpenDoor",
    "Opinion",
    "Problem",
    "Propose",
    "ProposeEntry",
    "Publish",
    "Rate",
    "Reach",
    "Register",
    "Relay",
    "Remember",
    "RemindNow",
    "ReportOn",
    "Send",
    "SetDigest",
    "SetLanguage",
    "SetPreferences",
    "SetTimer",
    "Settle",
    "ShareContext",
    "TakeRole",
    "Talk",
    "TellTeam",
    "Unrole",
]
