"""A small recurrent model learns: tasks, the model, the loop, and a look at what it makes of one sequence."""
