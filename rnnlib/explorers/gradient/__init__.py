"""The gradient explorer: how much of each input reaches the last output, of RNN, LSTM and GRU side by side."""
