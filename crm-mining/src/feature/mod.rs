//! Records and shapes made ready for learning.
