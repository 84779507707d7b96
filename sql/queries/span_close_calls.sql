-- Nothing more is sent by the runs there are. No parameters
UPDATE run SET calls_to = (SELECT coalesce(max(call), 0) FROM call) WHERE calls_to IS NULL;
