-- Who is behind an address.

-- name: load
-- A row for each of these addresses at which somebody is known: `place` is its place among them.
SELECT json_each.key AS place, p.id, p.name, p.standing, p.language, p.reachable, p.association, s.version, s.body,
       (SELECT json_group_array(json_array(a.owner, a.flow, a.run, a.name, a.value))
          FROM (SELECT * FROM answer
                 WHERE ((owner = 'person' AND owner_id = p.id)
                        OR (owner = 'association' AND owner_id = p.association))
                   AND (erase_after IS NULL OR erase_after > :now)
               ) a) AS answers,
       (SELECT json_group_array(json_array(t.id, t.title, t.due, t.owner))
          FROM (SELECT * FROM task
                 WHERE done = 0
                   AND ((owner = 'person' AND owner_id = p.id)
                        OR (owner = 'association' AND owner_id = p.association))
                 ORDER BY row) t) AS tasks,
       (SELECT json_group_array(json_array(j.flow, j.ended))
          FROM journey j
         WHERE j.person = p.id AND j.outcome = 'done') AS finished,
       (SELECT json_group_array(json_array(m.id, m.name))
          FROM person m
         WHERE m.association = p.association) AS members,
       (SELECT json_array(r.id, r.state, r.talking, r.shared, r.title, r.at, r.answered, r.reason, r.text)
          FROM request r
         WHERE r.person = p.id AND r.state <> 'closed') AS request,
       (SELECT json_array(n.off, n.weekly, n.quiet, n.paused_until)
          FROM preference n
         WHERE n.person = p.id) AS preferences
  FROM json_each(:addresses)
  JOIN address d ON d.channel = json_extract(json_each.value, '$[0]')
                AND d.id = json_extract(json_each.value, '$[1]')
  JOIN person p ON p.id = d.person
  JOIN session s ON s.person = p.id;

-- name: person_at
SELECT person FROM address WHERE channel = :channel AND id = :address;

-- name: person_add
INSERT INTO person (name, kind, language, created, seen) VALUES (:name, :kind, :language, :now, :now)
RETURNING id;

-- name: address_add
INSERT INTO address (channel, id, person) VALUES (:channel, :address, :person);

-- name: session_add
INSERT INTO session (person, version, body) VALUES (:person, 0, :body);

-- name: session_save
UPDATE session SET version = version + 1, body = :body WHERE person = :person AND version = :version;

-- name: person_name
UPDATE person SET name = :name WHERE id = :person;

-- name: person_standing
UPDATE person SET standing = :standing WHERE id = :person;

-- name: person_language
UPDATE person SET language = :language WHERE id = :person;

-- name: person_reachable
UPDATE person SET reachable = :reachable WHERE id = :person;

-- name: person_seen
UPDATE person SET seen = :now WHERE id = :person;
