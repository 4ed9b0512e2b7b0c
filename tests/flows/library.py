"""A small library for tests of the engine: every step kind and field type, phrases that name themselves.

Each phrase reads `[its key] {its holes}`, so that no test depends on the wording of the shipped content.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from bot.dialogue.library import Library
from bot.flows.field import Declared
from bot.flows.flow import Flow
from bot.flows.phrases import PHRASES, Phrases
from bot.flows.shelf import Shelf
from bot.knowledge.article import Article, Source, Words
from bot.knowledge.index import Index, build_index
from bot.model.message import AttachedFile
from bot.model.values import ArticleId, FlowId

Authored = dict[str, Any]

CALENDAR: Authored = {
    "days": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "short_months": [
        "janv.",
        "févr.",
        "mars",
        "avr.",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "oct.",
        "nov.",
        "déc.",
    ],
    "months": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "first": "1er",
    "relative": {"aujourd'hui": 0, "demain": 1, "après-demain": 2, "hier": -1},
}
PHRASES_DATA: Authored = {
    "format": 1,
    "phrases": {
        key: " ".join([f"[{key}]", *("{" + hole + "}" for hole in holes)]) for key, holes in PHRASES.items()
    }
    | {"review_ok": "Oui", "review_fix": "Corriger", "review_erase": "Effacer", "button_resume": "Reprendre"},
    "words": {
        "back": ["retour", "précédente"],
        "skip": ["passer"],
        "pause": ["pause"],
        "cancel": ["annuler"],
        "repeat": ["répéter"],
        "help": ["aide"],
        "done": ["valider", "c'est tout"],
        "yes": ["oui", "d'accord"],
        "no": ["non"],
        "none": ["aucune", "non aucune"],
        "restart": ["recommencer"],
        "resume": ["reprendre"],
        "news": ["stop"],
        "events": ["rencontres"],
        "more": ["en clair"],
    },
    "small_talk": {
        "greeting": ["bonjour"],
        "thanks": ["merci"],
        "insult": ["idiot"],
        "abilities": ["que sais-tu faire"],
        "human": ["parler à quelqu'un"],
    },
    "commands": {
        command: f"[{command}]"
        for command in (
            "start",
            "aide",
            "menu",
            "parcours",
            "reprendre",
            "question",
            "langue",
            "mes_donnees",
            "effacer",
        )
    },
    "menu": [
        {"label": "Voir tout", "flow": "types"},
        {"label": "Réservé", "flow": "reserve"},
        {"label": "Une fiche", "article": "alliance"},
        {"label": "Question", "command": "question"},
    ],
    "calendar": CALENDAR,
    "languages": {"fr": "Français", "en": "English"},
}

CHOICES: list[Authored] = [
    {"id": "moyens", "label": "Partager des moyens", "value": 1},
    {"id": "public", "label": "Toucher un nouveau public", "value": 2},
    {"id": "peser", "label": "Peser sur une décision", "also": ["plaidoyer"], "value": 3},
    {"id": "nsp", "label": "Je ne sais pas", "value": "none"},
]


def ask(id: str, type: str, **more: Any) -> Authored:
    """A prompt whose field has the name of its step."""
    field = {"name": more.pop("name", id), "type": type, **more.pop("field", {})}
    return {"id": id, "ask": f"Question {id} ?", "field": field, **more}


TYPES: Authored = {
    "flow": "types",
    "title": "Tous les types",
    "summary": "Une question de chaque type.",
    "format": 1,
    "command": "types",
    "triggers": ["tous les types"],
    "sections": {"mots": "Les mots", "listes": "Les listes"},
    "steps": [
        ask("texte", "text", section="mots", skip="allowed", help="Aide de texte"),
        ask("nombre", "number", field={"min": 0, "max": 1000}, skip="allowed", refused="Refus de nombre"),
        ask("jour", "date", skip="allowed"),
        ask("mail", "email", skip="allowed"),
        ask("tel", "phone", skip="allowed"),
        ask("departement", "department", skip="allowed"),
        ask("lieu", "location", skip="allowed"),
        ask("piece", "file", skip="allowed"),
        ask(
            "echelle",
            "scale",
            section="listes",
            field={"min": 0, "max": 2},
            labels=["Peu", "Assez", "Très"],
            skip="allowed",
        ),
        ask("choix", "choice", choices=CHOICES, skip="allowed"),
        ask(
            "plusieurs",
            "choices",
            choices=CHOICES,
            field={"min": 1, "max": 2},
            skip="allowed",
            default="moyens",
        ),
        ask("ouinon", "yes_no", skip="allowed", default=True),
        ask("qui", "person", skip="allowed"),
        ask("avec", "choices", choices_from="association.people", skip="allowed"),
        {
            "id": "tout",
            "review": [
                "texte",
                "nombre",
                "jour",
                "departement",
                "piece",
                "echelle",
                "choix",
                "plusieurs",
                "qui",
                "avec",
            ],
        },
        {
            "say": "Merci {person.name}, {nombre|point|points}, {jour|date}.",
            "picture": {"file": "vue.png", "alt": "Une vue"},
        },
    ],
}

PATH: Authored = {
    "flow": "chemin",
    "title": "Le chemin",
    "summary": "Des branches et des détours.",
    "format": 1,
    "triggers": ["prendre le chemin"],
    "steps": [
        {"say": "Bienvenue."},
        ask(
            "but",
            "choice",
            choices=CHOICES,
            remind={"after": "2 days", "times": 2, "say": "Encore {progress.left} ?"},
        ),
        {"set": {"points": "value(but) * 10"}, "when": "answered(but)"},
        {
            "branch": [
                {"if": "but == 'peser'", "goto": "detour"},
                {"if": "but == 'public'", "call": "sous", "returns": "pair"},
                {"else": "suite"},
            ]
        },
        {"id": "suite", "say": "Tout droit."},
        ask("taille", "number", when="default(value(but), 0) < 2"),
        {"goto": "bilan"},
        {"id": "detour", "answer": "alliance"},
        ask("motif", "text"),
        {"action": "add_task", "with": {"task": "t1", "title": "Voir {motif}", "due": "3 weeks"}},
        {"id": "bilan", "review": ["but", "taille", "motif", "pair", "points"]},
        {"say": "Points : {points}.", "when": "answered(points)"},
        {"handoff": "On vous rappelle."},
        {"end": {"say": "C'est fini.", "suggest": ["types", "alliance", "reserve", "a-venir"]}},
    ],
}
SUB: Authored = {
    "flow": "sous",
    "title": "Le détour",
    "format": 1,
    "steps": [
        ask("pair", "choice", choices=[{"id": "nord", "label": "Le Nord"}, {"id": "sud", "label": "Le Sud"}]),
        {"call": "fond"},
        ask("pourquoi", "text", skip="allowed"),
        {"end": {"say": "Fin du détour."}},
    ],
}
DEEP: Authored = {
    "flow": "fond",
    "title": "Le fond",
    "format": 1,
    "steps": [ask("note", "scale", field={"min": 1, "max": 5}), {"say": "Noté : {note}."}],
}
LOOP: Authored = {
    "flow": "boucle",
    "title": "La boucle",
    "format": 1,
    "steps": [
        ask("objet", "text"),
        {"set": {"tours": "default(tours, 0) + 1"}},
        ask("encore", "yes_no"),
        {"branch": [{"if": "encore == true", "goto": "objet"}, {"else": "voir"}]},
        {"id": "voir", "review": ["objet", "encore"]},
    ],
}
PROFILE: Authored = {
    "flow": "profil",
    "title": "Le profil",
    "format": 1,
    "command": "profil",
    "scope": "association",
    "steps": [
        ask("nom", "text", name="association.nom", skip="allowed", field={"keep": "36 months"}),
        ask(
            "role",
            "choice",
            name="person.role",
            choices=[{"id": "ca", "label": "Au bureau"}, {"id": "benevole", "label": "Bénévole"}],
            skip="allowed",
        ),
        {"id": "fin", "review": ["association.nom", "person.role"]},
    ],
}
STAFF: Authored = {
    "flow": "reserve",
    "title": "Réservé",
    "format": 1,
    "for": "staff",
    "command": "reserve",
    "triggers": ["porte fermée"],
    "steps": [ask("code", "text")],
}
SWITCH: Authored = {
    "flow": "relais",
    "title": "Le relais",
    "format": 1,
    "steps": [ask("pret", "yes_no"), {"say": "On change."}, {"goto": "sous"}],
}
SORTS: Authored = {
    "flow": "sortes",
    "title": "D'autres sortes",
    "format": 1,
    "steps": [
        ask("heure", "time", skip="allowed"),
        ask("debut", "datetime", field={"after": "now"}, skip="allowed", propose=["demain 18 h"]),
        ask("fin", "datetime", field={"after": "debut"}, skip="allowed"),
        ask("veille", "date", field={"before": "debut"}, skip="allowed"),
        ask("adresse", "link", skip="allowed"),
        ask("poste", "post", skip="allowed", propose=["Bonjour {person.name}", "Vu : {adresse}"]),
        ask("regle", "condition", skip="allowed"),
        ask("roles", "choices", choices_from="person.role", skip="allowed"),
        ask("parcours", "choice", choices_from="flows", skip="allowed"),
        ask("quoi", "choice", choices_from="events", skip="allowed"),
        {"id": "vu", "review": ["heure", "debut", "fin", "adresse", "poste", "regle", "roles", "parcours"]},
        {"goto": "profil", "gives": {"person.role": "parcours"}},
    ],
}
EVENING: Authored = {
    "flow": "soiree",
    "title": "La soirée",
    "format": 1,
    "for": "organisers",
    "steps": [
        ask("titre", "text"),
        ask("debut", "datetime"),
        ask("fin", "datetime", field={"after": "debut"}, skip="allowed"),
        ask("lieu", "text", skip="allowed"),
        ask("places", "number", skip="allowed"),
        {"id": "vu", "review": ["titre", "debut", "fin", "lieu", "places"]},
        {
            "id": "carte",
            "publish": {
                "title": "titre",
                "starts": "debut",
                "ends": "fin",
                "place": "lieu",
                "capacity": "places",
                "event": "soiree",
            },
            "fix": "vu",
            "decided": "decision",
            "made": "soiree",
        },
        {"branch": [{"if": "decision == 'brouillon'", "goto": "garde"}, {"else": "dit"}]},
        {"id": "dit", "say": "Fait : {soiree}."},
        {"set": {"sorte": "'events'"}},
        {"goto": "nouvelle", "gives": {"quoi": "soiree", "sorte": "sorte"}},
        {"id": "garde", "end": {"say": "Gardé."}},
    ],
}
NEWS: Authored = {
    "flow": "nouvelle",
    "title": "La nouvelle",
    "format": 1,
    "for": "staff",
    "steps": [
        ask("sorte", "choice", choices=[{"id": "events", "label": "Soirée"}, {"id": "life", "label": "Vie"}]),
        ask("quoi", "choice", choices_from="events", skip="allowed"),
        ask("texte", "post", skip="allowed"),
        ask("roles", "choices", choices_from="person.role", skip="allowed"),
        ask("regle", "condition", skip="allowed"),
        ask(
            "epargner",
            "choices",
            choices=[{"id": "busy", "label": "Occupées"}, {"id": "recent", "label": "Servies"}],
            skip="allowed",
        ),
        ask("depart", "datetime", skip="allowed"),
        {"id": "vu", "review": ["sorte", "quoi", "texte", "roles", "regle", "epargner", "depart"]},
        {
            "id": "apercu",
            "announce": {
                "kind": "sorte",
                "event": "quoi",
                "post": "texte",
                "among": ["roles"],
                "condition": "regle",
                "spare": "epargner",
                "starts": "depart",
            },
            "fix": "vu",
        },
    ],
}
# What the checks refuse, and what the runtime survives all the same.
WHEEL: Authored = {
    "flow": "roue",
    "title": "La roue",
    "format": 1,
    "steps": [{"id": "debut", "set": {"n": "default(n, 1) * 1000"}}, {"goto": "debut"}],
}
WELL: Authored = {"flow": "puits", "title": "Le puits", "format": 1, "steps": [{"call": "puits"}]}
MIRROR: Authored = {"flow": "miroir", "title": "Le miroir", "format": 1, "steps": [{"goto": "reflet"}]}
IMAGE: Authored = {"flow": "reflet", "title": "Le reflet", "format": 1, "steps": [{"goto": "miroir"}]}

FLOWS: tuple[Authored, ...] = (
    TYPES,
    PATH,
    SUB,
    DEEP,
    LOOP,
    PROFILE,
    STAFF,
    SWITCH,
    SORTS,
    EVENING,
    NEWS,
    WHEEL,
    WELL,
    MIRROR,
    IMAGE,
)


def _article(id: str, question: str, words: str, **more: Any) -> Article:
    phrasings = [f"{start} {words}" for start in ("c'est quoi", "que veut dire", "expliquer", "définir")]
    phrasings += [
        f"{words} {end}" for end in ("ça veut dire quoi", "définition", "pour une association", "au juste")
    ]
    return Article.model_validate(
        {
            "id": id,
            "chapter": "2-essai",
            "audience": "benevole",
            "question": question,
            "phrasings": phrasings,
            "answer": f"Réponse sur {words}.",
            "more": f"Plus long sur {words}.",
            "status": "sourcé",
            "sources": ["une-source"],
            "author": "Awa",
            "reviewed": date(2026, 1, 1),
            **more,
        }
    )


ARTICLES = (
    _article("alliance", "Qu'est-ce qu'une alliance ?", "une alliance durable", journeys=["chemin", "types"]),
    _article("mecenat", "Qu'est-ce que le mécénat ?", "le mécénat de compétences", related=["alliance"]),
    _article(
        "fusion", "Comment fusionner ?", "la fusion absorption", ready=False, not_ready_because="à relire"
    ),
    _article("meteo", "Quel temps fera-t-il ?", "la météo du jour", kind="redirect"),
)


def flow_of(data: Mapping[str, Any]) -> Flow:
    """One flow from plain data."""
    return Flow.model_validate(data)


@cache
def phrases() -> Phrases:
    """Phrases that say their own key."""
    return Phrases.model_validate(PHRASES_DATA)


@cache
def index() -> Index:
    """The index of the articles; built once, for it takes a moment."""
    return build_index(ARTICLES, Words())


def shelf_of(*flows: Mapping[str, Any]) -> Shelf:
    """A shelf with these flows."""
    models = [flow_of(data) for data in flows]
    profile: dict[str, Declared] = {}
    for flow in models:
        profile |= {name: declared for name, declared in flow.declared.items() if "." in name}
    return Shelf(
        flows={flow.id: flow for flow in models},
        phrases=phrases(),
        articles={ArticleId(article.id): article for article in ARTICLES},
        sources={"une-source": Source(name="Une source", address="https://exemple.org/a_b_c")},
        planned={FlowId("a-venir"): "À venir"},
        media={"vue.png": AttachedFile("vue.png", "image/png", "0" * 64)},
        profile=profile,
        revisions={flow.id: "r1" for flow in models},
    )


def library_of(*flows: Mapping[str, Any]) -> Library:
    """A library with these flows, or with all of this module."""
    return Library(shelf_of(*(flows or FLOWS)), index(), Words(), "fingerprint")
