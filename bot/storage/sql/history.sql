-- The last messages of a conversation.

-- name: history_add
INSERT INTO history (person, at, direction, tapped, key, body)
VALUES (:person, :now, :direction, :tapped, :key, :body);

-- name: history_edit
UPDATE history SET body = :body
 WHERE id = (SELECT max(id) FROM history WHERE person = :person AND direction = 'out' AND key = :key);

-- name: history_trim
DELETE FROM history
 WHERE person = :person
   AND id <= (SELECT id FROM history WHERE person = :person ORDER BY id DESC LIMIT 1 OFFSET :keep);

-- name: history_said
SELECT body FROM history WHERE person = :person AND direction = 'out' ORDER BY id DESC;

-- name: history_at
SELECT h.id, h.at, h.direction, h.tapped, h.body
  FROM address d
  JOIN history h ON h.person = d.person
 WHERE d.channel = :channel AND d.id = :address
 ORDER BY h.id DESC LIMIT :limit;
