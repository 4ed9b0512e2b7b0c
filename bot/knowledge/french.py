"""The grammar words of French that matching must know: no word of the domain, no text shown to people.

Everything is written folded (lower case, no accents), as `text.fold` gives it. What an association adds lives
in `knowledge/words.yaml`, not here.
"""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


ELISIONS = _words("l d qu j c n s m t lorsqu puisqu jusqu")
"""What may stand before an apostrophe."""

UNSPLIT = frozenset(["aujourd'hui", "quelqu'un", "quelqu'une"])
"""Words whose apostrophe is no elision; they are read without it."""

GLUED = ("qu", "l", "d", "j", "n", "s", "m", "t")
"""Elisions that people type without their apostrophe ("dalliance"), longest first. Not c: "centre"."""

STOP_WORDS = _words(
    """
    a ai ait alors as au aucun aura aurait aussi autre autres aux avait avant avec avez avoir avons
    ayant bah bcp beaucoup ben bien bon bonjour bonsoir ca car ce ceci cela celle celles celui cependant
    ces cet cette ceux chez ci cordialement coucou d dans de dedans depuis des deja dire dis dites dit
    dois doit doivent donc dont du elle elles en encore est et etaient etait etant etc ete etes etre eu
    eux fais faisons fait faites faire faut font genre hello hein ici il ils j je juste l la le les leur
    leurs lors lorsque lui m ma mais mal me meme memes merci mes mien moi moins mon n ne ni nos notre
    nous on ont ou par parce pas peu peut peuvent peux plait plus plutot possible pour pouvez pouvoir
    pouvons pourrait pourrions pourriez prie puis puisque puisse qu quand que quel quelle quelles quels
    quelque quelques qui quoi s sa salut sans sauf se sera serait ses si sien sinon soit sommes son sont
    sous souhaite souhaitons suis sur svp stp t ta tandis te tel telle telles tels tes toi ton tous tout
    toute toutes tres trop tu un une va vais veut veux voici voila vont vos votre voudrais voudrait
    voulez voulons vouloir vous vraiment vs vu y quil sil oui ok non entre afin ainsi comme vers apres
    pendant selon chaque quelquun quelquune aujourdhui
    """
)
"""Words that say nothing about the subject of a question."""

FILLERS = _words(
    """
    a ai alors au aux avec bah bcp ben bien bon bonjour bonsoir c ca car ce cela cet cette chez coucou
    crois d dans de dirais des du e elle en es est et etre euh fait faut hello hein hum il ils j je
    juste l la le les leur leurs lui m ma mais me merci mes moi mon n ne nos notre nous on ont ou par
    pense plait plutot pour prie que qu s sa salut se ses si sont suis sur svp stp t ta te tes toi ton
    tout tu un une va veux voudrais vos votre vous y sommes etes surement sans doute peut peut-etre
    reponse choix option choisis prends numero souhaite disons bref
    """
)
"""Words that weigh little when an answer is compared with a label: articles, pronouns, hedges, greetings."""

POLITENESS = _words(
    "svp stp merci plait s il te vous please bonjour bonsoir salut hello coucou alors bon ok et donc euh"
)
"""Words that may surround a control word ("retour svp") without changing it."""

QUESTION_WORDS = _words("quoi comment pourquoi combien quel quelle quels quelles qui quand keske")
"""Words that make a message a question rather than an answer, at its start or as its last word."""

QUESTION_OPENINGS = (
    "qu est ce",
    "est ce que",
    "c est quoi",
    "ca veut dire",
    "y a t il",
    "que veut dire",
    "que faire",
)
"""Groups of words that make a message a question."""

NEGATORS = frozenset(["pas", "ni", "sauf"])
"""Words that deny what follows them, up to the next comma or contrast."""

CONTRASTS = frozenset(["mais", "plutot"])
"""Words that end the reach of a negator."""

PLACE_OPENINGS = _words("n no numero choix option reponse la le l")
"""Words before the number or letter of a choice."""

POSITIONS = {
    "premier": 1, "premiere": 1, "1er": 1, "1ere": 1, "second": 2, "seconde": 2,
    "deuxieme": 2, "2eme": 2, "2e": 2, "troisieme": 3, "3eme": 3, "3e": 3, "quatrieme": 4, "4eme": 4, "4e": 4,
    "cinquieme": 5, "5eme": 5, "5e": 5, "sixieme": 6, "6eme": 6, "6e": 6, "septieme": 7, "7eme": 7, "7e": 7,
    "huitieme": 8, "8eme": 8, "8e": 8, "neuvieme": 9, "9eme": 9, "9e": 9, "dixieme": 10,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
}  # fmt: skip
"""Words that name a place in a list. "un" is missing on purpose: it is an article first."""

ABBREVIATIONS = {
    "asso": "association", "assos": "associations", "bjr": "bonjour", "bcp": "beaucoup", "cest": "c'est",
    "chais": "je sais", "jsais": "je sais", "jsp": "je ne sais pas", "ke": "que", "koi": "quoi", "ki": "qui",
    "nan": "non", "ouais": "oui", "ouaip": "oui", "ui": "oui", "ouii": "oui", "pk": "pourquoi",
    "slt": "salut",
}  # fmt: skip
"""Spellings that are understood even without `words.yaml`, which may add to them and change them."""
