"""A post: any message that a person hands in to be passed on, as an answer keeps it (field type `post`)."""

from dataclasses import dataclass

from bot.model.inputs import Attachment, Unusable, Utterance
from bot.model.message import AttachedFile, Markdown, Poll
from bot.model.values import StoredFile, Value

MAX_POST = 4096
"""Characters of the longest text that is taken (Bot API, sendMessage)."""


@dataclass(frozen=True, slots=True)
class Post:
    """What was handed in."""

    text: str = ""
    """Its words, plain."""
    marked: Markdown = Markdown("")
    """The same in light Markdown, where some of it was emphasised; empty elsewhere."""
    copied: str = ""
    """`chat/message` of what is passed on as it is; empty where the text says it all."""
    file: AttachedFile | None = None
    """What stands in for the copy where none can be made."""
    poll: Poll | None = None


def post_of(input: Utterance | Attachment | Unusable) -> Post | None:
    """What was handed in; None if it cannot be passed on."""
    match input:
        case Utterance(text=text, forwarded=True, post=post) if post:
            return Post(text, copied=post)
        case Utterance(text=text):
            return Post(text.strip(), input.marked) if text.strip() else None
        case Attachment(content=Poll() as poll):
            return Post(poll.question, poll=poll)
        case Attachment(content=StoredFile(name=name, media_type=media_type, sha256=sha256)):
            return Post(input.text, copied=input.post, file=AttachedFile(name, media_type, sha256))
        case Attachment(post=post) | Unusable(post=post) if post:
            return Post(copied=post)
    return None


def write_post(post: Post) -> Value:
    """As an answer keeps it: what it is, then its parts."""
    if post.poll:
        return ("poll", post.poll.question, "1" if post.poll.several else "", *post.poll.options)
    if post.file:
        file = post.file
        return ("file", post.text, post.copied, file.name, file.media_type, file.sha256)
    return ("copy", post.text, post.copied) if post.copied else ("text", post.text, post.marked)


def read_post(value: object) -> Post | None:
    """What `write_post` wrote; None for anything else, such as an answer from before a field changed."""
    match value:
        case ("text", str(text), str(marked)):
            return Post(text, Markdown(marked))
        case ("copy", str(text), str(copied)):
            return Post(text, copied=copied)
        case ("file", str(text), str(copied), str(name), str(media_type), str(sha256)):
            return Post(text, copied=copied, file=AttachedFile(name, media_type, sha256))
        case ("poll", str(question), several, *options):
            return Post(question, poll=Poll(question, tuple(map(str, options)), bool(several)))
        case str(text):
            return Post(text)
    return None
