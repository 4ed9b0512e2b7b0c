-- Journeys and what went wrong in them.

-- name: journey_begin
INSERT INTO journey (person, flow, began) VALUES (:person, :flow, :now);

-- name: journey_finish
UPDATE journey SET ended = :now, outcome = :outcome
 WHERE id = (SELECT max(id) FROM journey WHERE person = :person AND flow = :flow AND ended IS NULL);

-- name: journey_finished
INSERT INTO journey (person, flow, began, ended, outcome) VALUES (:person, :flow, :now, :now, :outcome);

-- name: problem_add
INSERT INTO problem (at, code, flow, step) VALUES (:now, :code, :flow, :step);

-- name: problems
SELECT at, code, flow, step FROM problem ORDER BY id DESC LIMIT :limit;
