"""The page: one self-contained HTML file that a director can read and an auditor can keep."""
