"""Readers of Terraform: plans as JSON, and folders of HCL. They know no types."""
