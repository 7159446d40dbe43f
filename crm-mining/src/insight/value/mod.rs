//! What customers are worth: RFM scores and lifetime value.
