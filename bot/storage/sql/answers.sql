-- Associations, answers, tasks.

-- name: association_add
INSERT INTO association (created) VALUES (:now) RETURNING id;

-- name: person_join
UPDATE person SET association = :association WHERE id = :person;

-- name: answer_put
INSERT INTO answer (owner, owner_id, flow, run, name, value, personal, given_by, given, erase_after)
VALUES (:owner, :owner_id, :flow, :run, :name, :value, :personal, :given_by, :now, :erase_after)
ON CONFLICT (owner, owner_id, flow, run, name) DO UPDATE
   SET value = excluded.value, personal = excluded.personal, given_by = excluded.given_by,
       given = excluded.given, erase_after = excluded.erase_after, imported = 0;

-- name: answer_add
INSERT INTO answer (owner, owner_id, flow, run, name, value, given_by, given)
VALUES ('person', :person, '', '', :name, :value, :person, :now)
ON CONFLICT DO NOTHING;

-- name: answer_drop
DELETE FROM answer
 WHERE owner = :owner AND owner_id = :owner_id AND flow = :flow AND run = :run AND name = :name;

-- name: task_put
INSERT INTO task (owner, owner_id, id, title, due, done) VALUES (:owner, :owner_id, :id, :title, :due, :done)
ON CONFLICT (owner, owner_id, id) WHERE done = 0 DO UPDATE SET title = excluded.title, due = excluded.due;

-- name: task_done
UPDATE task SET done = 1 WHERE owner = :owner AND owner_id = :owner_id AND id = :id AND done = 0;
