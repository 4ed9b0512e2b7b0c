-- People in bulk: everybody page by page, who a file is about, what it changes, and what staff asked for.

-- name: roster_page
-- A condition about the person `p` stands for its marker.
SELECT p.id, p.name, p.language, p.reachable, p.association, coalesce(n.off, '') AS off,
       (SELECT d.id FROM address d
         WHERE d.person = p.id AND d.channel = 'telegram' ORDER BY d.id LIMIT 1) AS address,
       (SELECT json_group_array(json_array(a.owner, a.name, a.value, a.imported))
          FROM answer a
         WHERE a.flow = '' AND a.run = ''
           AND ((a.owner = 'person' AND a.owner_id = p.id)
                OR (a.owner = 'association' AND a.owner_id = p.association))
           AND (a.erase_after IS NULL OR a.erase_after > :now)) AS answers
  FROM person p LEFT JOIN preference n ON n.person = p.id
 WHERE p.kind = 'person' AND p.id > :after AND (/* where */ TRUE)
 ORDER BY p.id LIMIT :limit;

-- name: roster_people
SELECT p.id, p.kind, p.name, p.language, p.reachable, p.association, coalesce(n.off, '') AS off,
       (SELECT d.id FROM address d
         WHERE d.person = p.id AND d.channel = 'telegram' ORDER BY d.id LIMIT 1) AS address,
       (SELECT json_group_array(json_array(a.owner, a.name, a.value, a.imported))
          FROM answer a
         WHERE a.flow = '' AND a.run = ''
           AND ((a.owner = 'person' AND a.owner_id = p.id)
                OR (a.owner = 'association' AND a.owner_id = p.association))
           AND (a.erase_after IS NULL OR a.erase_after > :now)) AS answers
  FROM json_each(:people) CROSS JOIN person p ON p.id = json_each.value
  LEFT JOIN preference n ON n.person = p.id;

-- name: roster_addresses
SELECT d.id, d.person FROM json_each(:addresses)
  CROSS JOIN address d ON d.channel = 'telegram' AND d.id = json_each.value;

-- name: roster_erased
SELECT e.hash FROM json_each(:hashes) CROSS JOIN erasure e ON e.hash = json_each.value;

-- name: roster_expected
SELECT e.id, e.name, e.language, e.off, e.answers FROM json_each(:addresses)
  CROSS JOIN expected e ON e.channel = 'telegram' AND e.id = json_each.value;

-- name: expected_page
SELECT id, name, language, off, answers FROM expected
 WHERE channel = 'telegram' AND id > :after ORDER BY id LIMIT :limit;

-- name: expected_put
INSERT INTO expected (channel, id, name, language, off, answers, imported)
VALUES (:channel, :address, :name, :language, :off, :answers, :now)
ON CONFLICT (channel, id) DO UPDATE
   SET name = excluded.name, language = excluded.language, off = excluded.off, answers = excluded.answers,
       imported = excluded.imported;

-- name: expected_take
DELETE FROM expected WHERE channel = :channel AND id = :address
RETURNING name, language, off, answers;

-- name: expected_all
SELECT channel, id, imported FROM expected;

-- name: purge_expected
DELETE FROM expected WHERE imported <= :before;

-- name: answer_import
INSERT INTO answer (owner, owner_id, flow, run, name, value, personal, given_by, given, erase_after, imported)
VALUES (:owner, :owner_id, '', '', :name, :value, :personal, NULL, :now, :erase_after, 1)
ON CONFLICT (owner, owner_id, flow, run, name) DO UPDATE
   SET value = excluded.value, personal = excluded.personal, given_by = NULL, given = excluded.given,
       erase_after = excluded.erase_after, imported = 1;

-- name: preference_off
INSERT INTO preference (person, off, changed) VALUES (:person, :off, :now)
ON CONFLICT (person) DO UPDATE SET off = excluded.off, changed = excluded.changed;

-- name: roster_touch
-- Whoever decides something about this person right now decides it again.
UPDATE session SET version = version + 1 WHERE person = :person;

-- name: roster_counts
SELECT (SELECT count(*) FROM person WHERE kind = 'person') AS people,
       (SELECT count(*) FROM person WHERE kind = 'person' AND reachable = 0) AS unreachable,
       (SELECT count(*) FROM expected) AS expected;

-- name: roster_add
INSERT INTO roster (person, channel, address, kind, state, condition, file, name, asked)
VALUES (:person, :channel, :address, :kind, 'asked', :condition, :file, :name, :now)
RETURNING id;

-- name: roster_next
SELECT * FROM roster WHERE state IN ('asked', 'agreed') ORDER BY id LIMIT 1;

-- name: roster_row
SELECT state, replaces FROM roster WHERE id = :id AND person = :person;

-- name: roster_order
UPDATE roster SET state = :state, replaces = :replaces, tally = ''
 WHERE id = :id AND person = :person AND state = 'shown';

-- name: roster_drop_older
UPDATE roster SET state = 'dropped' WHERE person = :person AND kind = 'import' AND state IN ('asked', 'shown');

-- name: roster_step
UPDATE roster SET state = :state, tally = :tally WHERE id = :id AND state IN ('asked', 'agreed');

-- name: roster_file
SELECT file, person FROM roster WHERE id = :id AND state IN ('done', 'dropped') AND file <> ''
   AND NOT EXISTS (SELECT 1 FROM roster other
                    WHERE other.file = roster.file AND other.state IN ('asked', 'shown', 'agreed'));

-- name: restored_roster
UPDATE roster SET state = 'dropped' WHERE state IN ('asked', 'shown', 'agreed');

-- name: purge_roster
DELETE FROM roster WHERE asked <= :before;

-- name: export_roster
SELECT kind, state, condition, name, tally, asked FROM roster WHERE person = :person ORDER BY id;
