-- Every turn reads the open tasks of one person, every look of the courier when the next message is due.

CREATE INDEX task_owner ON task (owner, owner_id);
CREATE INDEX outbox_next ON outbox (next_attempt) WHERE state = 'waiting';
