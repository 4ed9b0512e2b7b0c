"""Every text of the page that is not part of the conversation, by key. The words themselves are content."""

PAGE_KEYS = (
    "title",  # name of the assistant: page title and header
    "subtitle",  # one line under it
    "conversation",  # name of the conversation for screen readers
    "menu",  # the button that lists the commands
    "composer_label",  # name of the text field for screen readers
    "composer_placeholder",
    "send",
    "attach",  # the button that hands in a file
    "typing",  # said while an answer is coming
    "you",  # author of a bubble, for screen readers
    "assistant",
    "choices",  # name of the group of answers, for screen readers
    "ways_out",  # name of the last row of buttons
    "more",  # unfolds a longer text
    "download",  # on a document's card
    "new_messages",  # the button that scrolls down
    "offline",  # the banner while the connection is lost
    "not_sent",  # under a message that did not leave
    "retry",
    "too_fast",
    "file_too_large",
    "loading",
    "no_script",
)

PANEL_KEYS = (
    "panel_title",
    "panel_where",  # heading: current journey and step
    "panel_nowhere",
    "panel_fields",
    "panel_no_fields",
    "panel_verdict",
    "panel_no_verdict",
    "panel_problems",
    "panel_no_problems",
    "panel_start",  # heading: start at any step
    "panel_flow",
    "panel_step",
    "panel_from_the_beginning",
    "panel_go",
    "panel_person",  # heading: who is speaking
    "panel_first_person",  # the person without a name
    "panel_other_person",
    "panel_name",
    "panel_be_this_person",
    "panel_staff",
)

TEXT_KEYS = PAGE_KEYS + PANEL_KEYS
"""What the table of phrases must hold for the page."""
