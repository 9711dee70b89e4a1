-- Why a conversation goes before others of its queue, when its customer's words said so: upset, urgent and the like.
ALTER TABLE conversation ADD COLUMN first_because TEXT;
