-- Roles, invitations, the journal.

-- name: team_members
SELECT id, name, standing FROM person WHERE standing <> 'member' ORDER BY standing, id;

-- name: team_chats
SELECT d.id AS chat, p.standing FROM person p JOIN address d ON d.person = p.id
 WHERE p.standing <> 'member' AND p.kind = 'person' AND d.channel = :channel ORDER BY d.id;

-- name: team_standing
SELECT standing, name FROM person WHERE id = :person;

-- name: team_former_admins
-- Administrators by an earlier start, whom the settings do not name any more.
SELECT p.id FROM person p
 WHERE p.standing = 'admin' AND p.kind = 'person'
   AND NOT EXISTS (SELECT 1 FROM address d
                     JOIN json_each(:admins) named ON d.channel = named.value ->> 0 AND d.id = named.value ->> 1
                    WHERE d.person = p.id);

-- name: team_new_admins
-- Whom the settings name, and who was known as something else before.
SELECT p.id FROM person p JOIN address d ON d.person = p.id
  JOIN json_each(:admins) named ON d.channel = named.value ->> 0 AND d.id = named.value ->> 1
 WHERE p.standing <> 'admin' AND p.kind = 'person';

-- name: standing_moved
-- A turn that is being decided on the old standing is decided anew.
UPDATE session SET version = version + 1 WHERE person = :person;

-- name: team_address
SELECT channel, id FROM address WHERE person = :person
 ORDER BY channel <> 'telegram', channel, id LIMIT 1;

-- name: invitation_add
INSERT INTO invitation (hash, standing, made_by, made, expires)
VALUES (:hash, :standing, :made_by, :now, :expires);

-- name: invitation_take
DELETE FROM invitation WHERE hash = :hash AND expires > :now RETURNING standing, made_by;

-- name: invitations_withdraw
DELETE FROM invitation WHERE made_by = :person;

-- name: export_invitations
SELECT standing, made, expires FROM invitation WHERE made_by = :person ORDER BY made, hash;

-- name: purge_invitations
DELETE FROM invitation WHERE expires <= :now;

-- name: journal_add
INSERT INTO journal (at, person, act, about) VALUES (:now, :person, :act, :about);

-- name: journal
-- Whose role was taken back is kept by number: the name goes with the person.
SELECT j.id, j.at, coalesce(p.name, '') AS name, j.act,
       iif(j.act = 'role.removed', coalesce(whose.name, ''), j.about) AS about,
       CASE WHEN j.act LIKE 'event.%' THEN coalesce(e.title, '')
            WHEN j.act LIKE 'announcement.%' THEN coalesce(substr(a.plan ->> '$.message.text', 1, 400), '')
            WHEN j.act = 'request.give' THEN coalesce(whose.name, '')
            ELSE '' END AS title
  FROM journal j
  LEFT JOIN person p ON p.id = j.person
  LEFT JOIN person whose ON (j.act = 'role.removed' AND whose.id = CAST(j.about AS INTEGER))
        OR (j.act = 'request.give' AND whose.id = CAST(substr(j.about, instr(j.about, '.') + 1) AS INTEGER))
  LEFT JOIN event e ON j.act LIKE 'event.%' AND e.id = j.about
  LEFT JOIN announcement a ON j.act LIKE 'announcement.%' AND a.id = CAST(j.about AS INTEGER)
 WHERE j.id < :before ORDER BY j.id DESC LIMIT :limit;

-- name: purge_journal
DELETE FROM journal WHERE at < :before;

-- name: refusal_add
INSERT INTO refusal (day, act, place, count) VALUES (:day, :act, :place, 1)
ON CONFLICT (day, act, place) DO UPDATE SET count = count + 1;

-- name: refusals
SELECT day, act, place, count FROM refusal ORDER BY day DESC, count DESC, act LIMIT :limit;

-- name: purge_refusals
DELETE FROM refusal WHERE day < :before;

-- name: export_journal
SELECT at, act, about FROM journal WHERE person = :person ORDER BY id;
