"""What you see and touch: a folder an explorer, and in shared/ what all of them use."""
