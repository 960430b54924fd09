// Says whether log-probabilities are wanted, which take the sum of exp(logit / T).

override LOG_PROBS: bool = false;
