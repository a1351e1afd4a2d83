"""YAML to definition, with every fault named by line; secret references; the shipped examples."""
