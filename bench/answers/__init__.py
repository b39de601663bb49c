"""How far an answer can be judged and steered: the figures of docs/answers.md, a module each."""
