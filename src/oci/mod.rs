//! Images and where they live. Knows nothing of operators.
